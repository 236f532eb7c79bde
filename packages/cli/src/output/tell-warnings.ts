import type { Note } from '@oci-sync/discovery';
import type { DiscoverySummary } from '@oci-sync/sync';
import { noteLine, unresolvedLine } from './discovery-lines.js';
import type { Progress } from './progress.js';

/** Prints to stderr what is worth a warning: fallbacks, images that cannot be told, and further notes. */
export function tellWarnings(
  { notes, unresolved }: DiscoverySummary,
  progress: Progress,
  more: readonly Note[] = [],
): void {
  for (const note of [...notes, ...more]) if (note.level === 'warning') progress.note(noteLine(note));
  for (const place of unresolved) progress.note(unresolvedLine(place));
}
