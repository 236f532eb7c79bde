import type { DiscoveredImage } from '../image/discovered-image.js';
import type { Note } from '../image/note.js';
import type { CatalogProvenance } from '../image/provenance.js';
import { readRegistryReference } from '../image/reference-text.js';
import type { Catalog, CatalogEntry } from './parse-catalog.js';

/** Options of {@link catalogImages}. */
export interface CatalogImagesOptions {
  /** URL or path, for provenance. */
  readonly catalog: string;
  /** Given by the user: before an entry's own `default_ref`. */
  readonly branch?: string | undefined;
  /** @default 'main' */
  readonly defaultBranch?: string | undefined;
  /** In front of built names; needed for a catalog of the old form. */
  readonly registryPrefix?: string | undefined;
  readonly helmKey?: string | undefined;
}

/** The images of a catalog, and the entries that name none. */
export interface CatalogImages {
  readonly images: readonly DiscoveredImage[];
  readonly withoutImage: readonly string[];
  readonly notes: readonly Note[];
}

/**
 * The images that a catalog's entries stand for.
 *
 * A catalog that names images: `image_registry` of entries with `image_source: oci`, newest tag
 * `<branch>-<commit>-<runtime>`; other entries have no image. A catalog of the old form:
 * `<registryPrefix>/<org>-<name>-<branch>`, org and name out of `git_url`, newest tag.
 * Entries whose image is no valid reference become a warning.
 */
export function catalogImages(catalog: Catalog, options: CatalogImagesOptions): CatalogImages {
  const images: DiscoveredImage[] = [];
  const withoutImage: string[] = [];
  const notes: Note[] = [];
  for (const entry of catalog.entries) {
    const found = catalog.form === 'named' ? namedImage(entry, options) : builtImage(entry, options);
    if (found === undefined) {
      withoutImage.push(entry.name);
      continue;
    }
    const { text, branch, by } = found;
    const reference = readRegistryReference(text);
    if (reference === undefined) {
      notes.push({ level: 'warning', message: `CodeCollection ${entry.name}: "${text}" is not an image` });
      continue;
    }
    const provenance: CatalogProvenance = {
      kind: 'catalog',
      catalog: options.catalog,
      entry: entry.name,
      by,
      branch,
    };
    const isGiven = reference.tag !== undefined || reference.digest !== undefined;
    images.push({
      reference,
      wantedTag: isGiven
        ? { rule: 'given' }
        : by === 'image_registry'
          ? { rule: 'newest-of-branch', branch }
          : { rule: 'newest' },
      group: 'catalog',
      ...(options.helmKey === undefined ? {} : { helmKey: options.helmKey }),
      provenance: [provenance],
    });
  }
  return { images, withoutImage, notes };
}

interface EntryImage {
  readonly text: string;
  readonly branch: string;
  readonly by: CatalogProvenance['by'];
}

function namedImage(entry: CatalogEntry, options: CatalogImagesOptions): EntryImage | undefined {
  if (entry.imageSource !== 'oci' || entry.imageRegistry === undefined) return undefined;
  const branch = options.branch ?? entry.defaultRef ?? options.defaultBranch ?? 'main';
  return { text: entry.imageRegistry, branch, by: 'image_registry' };
}

function builtImage(entry: CatalogEntry, options: CatalogImagesOptions): EntryImage | undefined {
  const repository = entry.gitUrl === undefined ? undefined : ownerAndName(entry.gitUrl);
  if (repository === undefined || options.registryPrefix === undefined) return undefined;
  const branch = options.branch ?? options.defaultBranch ?? 'main';
  const name = `${repository.owner}-${repository.name}`.toLowerCase();
  const prefix = options.registryPrefix.replace(/\/+$/, '');
  return { text: `${prefix}/${name}-${branch}`, branch, by: 'git_url' };
}

/** The last two parts of a git address: `https://host/org/name(.git)`, `git@host:org/name.git`. */
function ownerAndName(gitUrl: string): { readonly owner: string; readonly name: string } | undefined {
  const match = /[/:]([^/:]+)\/([^/:]+?)(?:\.git)?\/*$/.exec(gitUrl.trim());
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { owner: match[1], name: match[2] };
}
