import { DiscoveryError } from '../errors.js';
import { extractFromManifests } from '../extract/extract-manifests.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import { mergeImages } from '../image/merge-images.js';
import type { ListEntry } from '../lists/image-list.js';
import { parseImageList } from '../lists/parse-image-list.js';
import { readEntry } from '../lists/read-entry.js';
import type { Provenance } from '../image/provenance.js';
import type { DiscoverOptions } from './discover-options.js';
import { emptyFindings, type Findings } from './findings.js';
import { readTextInput } from './read-text-input.js';

/**
 * The images that lists, single references and manifests name.
 * @throws DiscoveryError `DISCOVERY_INPUT_INVALID`, `DISCOVERY_OPTION_INVALID`
 */
export async function discoverLists(options: DiscoverOptions): Promise<Findings> {
  const { lists = [], images = [], manifests = [], stdin, signal, onEvent } = options;
  if ([...lists, ...manifests].filter((input) => input === '-').length > 1) {
    throw new DiscoveryError('standard input can be read once only', { code: 'DISCOVERY_OPTION_INVALID' });
  }
  const fromLists = await Promise.all(
    lists.map(async (input) => {
      const { name, text } = await readTextInput('image list', input, stdin, signal);
      const entries = parseImageList(name, text);
      onEvent?.({ type: 'list-read', list: name, images: entries.length });
      return entries.map((entry) => toImage(entry, { kind: 'list', list: name, line: entry.line }));
    }),
  );
  const fromManifests = await Promise.all(
    manifests.map(async (input) => {
      const { name, text } = await readTextInput('manifests', input, stdin, signal);
      const extracted = extractFromManifests(name, text);
      onEvent?.({ type: 'manifests-read', file: name, images: mergeImages(extracted.images).length });
      return extracted;
    }),
  );
  return {
    ...emptyFindings,
    images: [
      ...images.map(fromOption),
      ...fromLists.flat(),
      ...fromManifests.flatMap((extracted) => extracted.images),
    ],
    unresolved: fromManifests.flatMap((extracted) => extracted.unresolved),
  };
}

function fromOption(text: string): DiscoveredImage {
  let problem = '';
  const entry = readEntry({ image: text, line: 1 }, (_line, what) => {
    problem = what;
  });
  if (entry !== undefined) return toImage(entry, { kind: 'option', text });
  throw new DiscoveryError(problem, { code: 'DISCOVERY_OPTION_INVALID' });
}

function toImage({ reference, destination, helmKey }: ListEntry, provenance: Provenance): DiscoveredImage {
  const isGiven = reference.tag !== undefined || reference.digest !== undefined;
  return {
    reference,
    wantedTag: { rule: isGiven ? 'given' : 'newest' },
    group: 'list',
    ...(destination === undefined ? {} : { destination }),
    ...(helmKey === undefined ? {} : { helmKey }),
    provenance: [provenance],
  };
}
