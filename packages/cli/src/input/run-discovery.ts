import type { Discovery, Note, Preset } from '@oci-sync/discovery';
import type { Copier } from '@oci-sync/sync';
import type { CommandIo } from '../command-io.js';
import type { Settings } from '../config/settings.js';
import { noteLine, stepLine, unresolvedLine } from '../output/discovery-lines.js';
import type { Progress } from '../output/progress.js';
import { readSources, type SourceCliOptions } from './source-options.js';

/** Discovers the images the options name, over a copier's connections; what the user should know goes to stderr. */
export async function runDiscovery(
  options: SourceCliOptions,
  settings: Settings,
  preset: Preset,
  copier: Copier,
  io: CommandIo,
  progress: Progress,
): Promise<Discovery> {
  const { createFetchBytes, discoverImages } = await import('@oci-sync/discovery');
  const { signal } = io;
  const discovery = await discoverImages({
    ...(await readSources(options, settings, preset, io)),
    open: async (reference) => copier.open(reference, { signal }),
    fetchBytes: createFetchBytes(copier.client.http),
    // A note says the same of a fallback, and louder.
    onEvent: (event) => progress.logger[event.type === 'fallback' ? 'debug' : 'info'](stepLine(event), event),
    signal,
  });
  tellNotes(discovery.notes, progress);
  for (const place of discovery.unresolved) progress.note(unresolvedLine(place));
  for (const { source, error } of discovery.failures)
    progress.note(`${source} cannot be used: ${error.message}`);
  return discovery;
}

/** Prints notes to stderr, warnings as such. */
export function tellNotes(notes: readonly Note[], progress: Progress): void {
  for (const note of notes) {
    if (note.level === 'warning') progress.note(noteLine(note));
    else progress.logger.info(noteLine(note), {});
  }
}
