import { isDigest, type Digest } from '@oci-sync/oci-client';
import { Readable } from 'node:stream';
import type { BlobStore, BlobWriter } from './blob-store.js';
import type { JournaledRepository, MetadataJournal } from './metadata-journal.js';
import { readManifestBody } from './read-manifest-body.js';
import type { ByteRange, RegistryContent, StoredBlob, StoredManifest } from './registry-content.js';
import { algorithmOf, computeDigest } from './running-digest.js';

interface Repository {
  readonly blobs: Set<Digest>;
  readonly manifests: Map<Digest, StoredManifest>;
  readonly tags: Map<string, Digest>;
}

/** The media type of a manifest that names none. */
const defaultMediaType = 'application/vnd.oci.image.manifest.v1+json';

/**
 * Which repository holds what: in memory, every change going through the journal first. Content that no repository
 * holds any more is removed from the blob store.
 */
export class Repositories implements RegistryContent {
  readonly #blobs: BlobStore;
  readonly #journal: MetadataJournal;
  readonly #repositories = new Map<string, Repository>();
  /** Content that is between its commit and its link, by digest: not to be collected. */
  readonly #held = new Map<Digest, number>();

  constructor(blobs: BlobStore, journal: MetadataJournal) {
    this.#blobs = blobs;
    this.#journal = journal;
  }

  /** Takes over what a journal recorded. Facts whose content is gone are passed over. */
  async restore(recorded: readonly JournaledRepository[]): Promise<void> {
    for (const { name, blobs, manifests, tags } of recorded) {
      const repository = this.#ensure(name);
      for (const digest of blobs) if (this.#has(digest)) repository.blobs.add(digest);
      for (const { digest, mediaType } of manifests) {
        if (!this.#has(digest)) continue;
        const bytes = await bytesOf(this.#blobs.read(digest, undefined));
        repository.manifests.set(digest, describe(digest, bytes, mediaType));
      }
      for (const { tag, digest } of tags) {
        if (repository.manifests.has(digest)) repository.tags.set(tag, digest);
      }
    }
  }

  /** Removes content no repository holds, such as a crash may leave. */
  async collect(digests: readonly Digest[]): Promise<void> {
    for (const digest of digests) {
      if (!this.#held.has(digest) && !this.#isUsed(digest)) await this.#blobs.delete(digest);
    }
  }

  /** Resolves when every change made so far is at rest. */
  settled(): Promise<void> {
    return this.#journal.settled();
  }

  /** Begins a blob that belongs to no repository yet. */
  createWriter(): Promise<BlobWriter> {
    return this.#blobs.createWriter();
  }

  /** Commits what was written under a digest and makes it a blob of a repository. */
  async commitBlob(repository: string, writer: BlobWriter, digest: Digest): Promise<StoredBlob> {
    return this.#holding(digest, async () => {
      if (this.#has(digest)) await writer.discard();
      else await writer.commit(digest);
      await this.#link(repository, digest);
      return { digest, sizeBytes: this.#blobs.sizeBytes(digest) ?? 0 };
    });
  }

  repositories(): readonly string[] {
    return [...this.#repositories.keys()].sort();
  }

  async createRepository(repository: string): Promise<void> {
    if (this.#repositories.has(repository)) return;
    await this.#journal.createRepository(repository);
    this.#ensure(repository);
  }

  hasRepository(repository: string): boolean {
    return this.#repositories.has(repository);
  }

  async putBlob(
    repository: string,
    bytes: Uint8Array | Readable,
    options: { readonly digest?: Digest | undefined; readonly verify?: boolean | undefined } = {},
  ): Promise<StoredBlob> {
    const writer = await this.createWriter();
    await writer.append(bytes instanceof Readable ? bytes : Readable.from([bytes]), Infinity);
    const actual = await writer.digest(options.digest ? algorithmOf(options.digest) : 'sha256');
    const digest = options.digest ?? actual;
    if (digest !== actual && options.verify !== false) {
      await writer.discard();
      throw new Error(`the blob has the digest ${actual}, not ${digest}`);
    }
    return this.commitBlob(repository, writer, digest);
  }

  async putManifest(
    repository: string,
    bytes: Uint8Array,
    options: {
      readonly mediaType?: string | undefined;
      readonly tags?: readonly string[] | undefined;
      readonly digest?: Digest | undefined;
    } = {},
  ): Promise<StoredManifest> {
    const digest = options.digest ?? computeDigest(bytes);
    const mediaType = options.mediaType ?? readManifestBody(bytes).mediaType ?? defaultMediaType;
    return this.#holding(digest, async () => {
      if (!this.#has(digest)) {
        const writer = await this.createWriter();
        await writer.append(Readable.from([bytes]), Infinity);
        await writer.commit(digest);
      }
      await this.createRepository(repository);
      await this.#journal.storeManifest(repository, digest, mediaType);
      const manifest = describe(digest, bytes, mediaType);
      this.#ensure(repository).manifests.set(digest, manifest);
      for (const tag of options.tags ?? []) await this.putTag(repository, tag, digest);
      return manifest;
    });
  }

  async mountBlob(repository: string, digest: Digest, from: string): Promise<boolean> {
    return this.#holding(digest, async () => {
      if (!this.blob(from, digest)) return false;
      await this.#link(repository, digest);
      return true;
    });
  }

  async putTag(repository: string, tag: string, digest: Digest): Promise<void> {
    await this.#journal.setTag(repository, tag, digest);
    this.#ensure(repository).tags.set(tag, digest);
  }

  async deleteTag(repository: string, tag: string): Promise<boolean> {
    if (!this.resolveTag(repository, tag)) return false;
    await this.#journal.deleteTag(repository, tag);
    return this.#repositories.get(repository)?.tags.delete(tag) ?? false;
  }

  async deleteManifest(repository: string, digest: Digest): Promise<boolean> {
    const entry = this.#repositories.get(repository);
    if (!entry?.manifests.has(digest)) return false;
    for (const [tag, target] of entry.tags) if (target === digest) await this.deleteTag(repository, tag);
    await this.#journal.deleteManifest(repository, digest);
    const deleted = entry.manifests.delete(digest);
    await this.collect([digest]);
    return deleted;
  }

  async deleteBlob(repository: string, digest: Digest): Promise<boolean> {
    const entry = this.#repositories.get(repository);
    if (!entry?.blobs.has(digest)) return false;
    await this.#journal.unlinkBlob(repository, digest);
    const deleted = entry.blobs.delete(digest);
    await this.collect([digest]);
    return deleted;
  }

  tags(repository: string): readonly string[] {
    return [...(this.#repositories.get(repository)?.tags.keys() ?? [])].sort();
  }

  resolveTag(repository: string, tag: string): Digest | undefined {
    return this.#repositories.get(repository)?.tags.get(tag);
  }

  manifests(repository: string): readonly StoredManifest[] {
    return [...(this.#repositories.get(repository)?.manifests.values() ?? [])];
  }

  manifest(repository: string, digest: Digest): StoredManifest | undefined {
    return this.#repositories.get(repository)?.manifests.get(digest);
  }

  async readManifest(repository: string, reference: string): Promise<Buffer | undefined> {
    const digest = isDigest(reference) ? reference : this.resolveTag(repository, reference);
    if (!digest || !this.manifest(repository, digest)) return undefined;
    return bytesOf(this.#blobs.read(digest, undefined));
  }

  blobs(repository: string): readonly StoredBlob[] {
    return [...(this.#repositories.get(repository)?.blobs ?? [])].map((digest) => ({
      digest,
      sizeBytes: this.#blobs.sizeBytes(digest) ?? 0,
    }));
  }

  blob(repository: string, digest: Digest): StoredBlob | undefined {
    const sizeBytes = this.#blobs.sizeBytes(digest);
    const linked = this.#repositories.get(repository)?.blobs.has(digest) ?? false;
    return linked && sizeBytes !== undefined ? { digest, sizeBytes } : undefined;
  }

  readBlob(
    repository: string,
    digest: Digest,
    range?: ByteRange,
  ): Promise<Uint8Array | Readable | undefined> {
    const known = this.blob(repository, digest) !== undefined;
    return Promise.resolve(known ? this.#blobs.read(digest, range) : undefined);
  }

  async #link(repository: string, digest: Digest): Promise<void> {
    await this.createRepository(repository);
    await this.#journal.linkBlob(repository, digest);
    this.#ensure(repository).blobs.add(digest);
  }

  /** Keeps content from being collected while a change that will use it is under way. */
  async #holding<T>(digest: Digest, change: () => Promise<T>): Promise<T> {
    this.#held.set(digest, (this.#held.get(digest) ?? 0) + 1);
    try {
      return await change();
    } finally {
      const holders = (this.#held.get(digest) ?? 1) - 1;
      if (holders === 0) this.#held.delete(digest);
      else this.#held.set(digest, holders);
    }
  }

  #ensure(name: string): Repository {
    let repository = this.#repositories.get(name);
    if (!repository) {
      repository = { blobs: new Set(), manifests: new Map(), tags: new Map() };
      this.#repositories.set(name, repository);
    }
    return repository;
  }

  #has(digest: Digest): boolean {
    return this.#blobs.sizeBytes(digest) !== undefined;
  }

  #isUsed(digest: Digest): boolean {
    for (const { blobs, manifests } of this.#repositories.values()) {
      if (blobs.has(digest) || manifests.has(digest)) return true;
    }
    return false;
  }
}

function describe(digest: Digest, bytes: Uint8Array, mediaType: string): StoredManifest {
  const { artifactType, annotations, subject, blobs, children } = readManifestBody(bytes);
  return { digest, sizeBytes: bytes.length, mediaType, artifactType, annotations, subject, blobs, children };
}

async function bytesOf(body: Uint8Array | Readable): Promise<Buffer> {
  if (!(body instanceof Readable)) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
