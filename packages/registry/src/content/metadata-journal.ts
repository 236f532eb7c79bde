import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDigest, type Digest } from '@oci-sync/oci-client';
import { isMissing, writeDurably } from './durable-file.js';

/** Where changes of repositories are recorded before they take effect. */
export interface MetadataJournal {
  createRepository(repository: string): Promise<void>;
  linkBlob(repository: string, digest: Digest): Promise<void>;
  unlinkBlob(repository: string, digest: Digest): Promise<void>;
  storeManifest(repository: string, digest: Digest, mediaType: string): Promise<void>;
  deleteManifest(repository: string, digest: Digest): Promise<void>;
  setTag(repository: string, tag: string, digest: Digest): Promise<void>;
  deleteTag(repository: string, tag: string): Promise<void>;
  /** Resolves when everything recorded so far is at rest. */
  settled(): Promise<void>;
}

/** What a journal knows of one repository when a registry starts. */
export interface JournaledRepository {
  readonly name: string;
  readonly blobs: readonly Digest[];
  readonly manifests: readonly { readonly digest: Digest; readonly mediaType: string }[];
  readonly tags: readonly { readonly tag: string; readonly digest: Digest }[];
}

const done = Promise.resolve();

/** The journal of a registry in memory: nothing is recorded. */
export const noJournal: MetadataJournal = {
  createRepository: () => done,
  linkBlob: () => done,
  unlinkBlob: () => done,
  storeManifest: () => done,
  deleteManifest: () => done,
  setTag: () => done,
  deleteTag: () => done,
  settled: () => done,
};

/**
 * One small file per fact, under `repositories/<name>/`: `_blobs/<digest>`, `_manifests/<digest>` (holding the media
 * type), `_tags/<tag>` (holding the digest). A repository name's parts never begin with an underscore.
 */
export class DirectoryJournal implements MetadataJournal {
  readonly #root: string;
  #tail: Promise<void> = done;

  constructor(root: string) {
    this.#root = join(root, 'repositories');
  }

  createRepository(repository: string): Promise<void> {
    return this.#inOrder(async () => {
      await mkdir(this.#path(repository, '_tags'), { recursive: true });
    });
  }

  linkBlob(repository: string, digest: Digest): Promise<void> {
    return this.#inOrder(() => writeDurably(this.#path(repository, '_blobs', digest), ''));
  }

  unlinkBlob(repository: string, digest: Digest): Promise<void> {
    return this.#inOrder(() => rm(this.#path(repository, '_blobs', digest), { force: true }));
  }

  storeManifest(repository: string, digest: Digest, mediaType: string): Promise<void> {
    return this.#inOrder(() => writeDurably(this.#path(repository, '_manifests', digest), mediaType));
  }

  deleteManifest(repository: string, digest: Digest): Promise<void> {
    return this.#inOrder(() => rm(this.#path(repository, '_manifests', digest), { force: true }));
  }

  setTag(repository: string, tag: string, digest: Digest): Promise<void> {
    return this.#inOrder(() => writeDurably(this.#path(repository, '_tags', tag), digest));
  }

  deleteTag(repository: string, tag: string): Promise<void> {
    return this.#inOrder(() => rm(this.#path(repository, '_tags', tag), { force: true }));
  }

  settled(): Promise<void> {
    return this.#tail;
  }

  /** Everything recorded. Files a crash left half-written are passed over. */
  async load(): Promise<JournaledRepository[]> {
    const repositories: JournaledRepository[] = [];
    for (const name of await findRepositories(this.#root, '')) {
      const manifests = await this.#facts(name, '_manifests');
      const tags = await this.#facts(name, '_tags');
      repositories.push({
        name,
        blobs: (await this.#names(name, '_blobs')).filter(isDigest),
        manifests: manifests.flatMap(([digest, mediaType]) =>
          isDigest(digest) ? [{ digest, mediaType }] : [],
        ),
        tags: tags.flatMap(([tag, digest]) => (isDigest(digest) ? [{ tag, digest }] : [])),
      });
    }
    return repositories;
  }

  /** Two writers of one tag must end in the order in which they were answered. */
  #inOrder(change: () => Promise<void>): Promise<void> {
    const result = this.#tail.then(change);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  #path(repository: string, ...rest: readonly string[]): string {
    return join(this.#root, repository, ...rest);
  }

  async #facts(repository: string, folder: string): Promise<[string, string][]> {
    const names = await this.#names(repository, folder);
    return Promise.all(
      names.map(async (name): Promise<[string, string]> => {
        return [name, await readFile(this.#path(repository, folder, name), 'utf8')];
      }),
    );
  }

  async #names(repository: string, folder: string): Promise<string[]> {
    try {
      const names = await readdir(this.#path(repository, folder));
      return names.filter((name) => !name.startsWith('.'));
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }
}

async function findRepositories(root: string, prefix: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(join(root, prefix), { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = folders.some((name) => name.startsWith('_')) ? [prefix] : [];
  for (const name of folders.filter((name) => !name.startsWith('_'))) {
    found.push(...(await findRepositories(root, prefix === '' ? name : `${prefix}/${name}`)));
  }
  return found;
}
