import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Descriptor, ManifestContent } from '../content/descriptor.js';
import { maxManifestSizeBytes, parseManifest, type Manifest } from '../content/manifest.js';
import { isForeignLayerType } from '../content/media-types.js';
import type {
  CallOptions,
  ContentDestination,
  FetchBlobOptions,
  ListReferrersOptions,
  PushedManifest,
  PushManifestOptions,
  Referrers,
  UploadStart,
} from '../content/store.js';
import { isOciError, OciError } from '../errors/oci-error.js';
import { digestAlgorithm, digestOf, isDigest, type Digest } from '../reference/digest.js';
import { isTag } from '../reference/name-rules.js';
import { writeAtomically } from './atomic-file.js';
import { isLayout, prepareLayout } from './layout-directory.js';
import { layoutError } from './layout-error.js';
import { readIndex, refName, updateIndex, type LayoutIndex } from './layout-index.js';
import { layoutPaths, type LayoutPaths } from './layout-paths.js';
import { findReferrers } from './layout-referrers.js';
import { LayoutUpload } from './layout-upload.js';
import { manifestDescriptor, readStoredManifest, storedSize } from './stored-manifest.js';
import { withManifest } from './tag-entries.js';

const readSizeBytes = 256 * 1024;
const tagsInHint = 5;

/** Options of {@link openLayout}. */
export interface OpenLayoutOptions {
  /** The directory. It need not exist: reading finds nothing then, and writing makes it. */
  readonly path: string;
  /** The time, to tell abandoned temporary files. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/**
 * An OCI image layout directory as a place to copy from and to. Opening it touches no file.
 *
 * Tags are the `org.opencontainers.image.ref.name` annotations in index.json. Blobs become visible complete and
 * verified, or not at all; index.json is replaced in one step, and several processes may write to one layout. A
 * manifest pushed without a tag is stored, and listed in index.json only if it has a subject. docker media types
 * are kept as they are. Calls reject with `OCI_LAYOUT` when the directory is no layout or the disk fails.
 * OCI image-spec, "Image Layout".
 */
export function openLayout({ path, now = Date.now }: OpenLayoutOptions): ContentDestination {
  return new LayoutStore(layoutPaths(path), now);
}

class LayoutStore implements ContentDestination {
  readonly name: string;
  readonly mounts = undefined;
  readonly takesEmptyBlobs = true;
  readonly #paths: LayoutPaths;
  readonly #now: () => number;
  #prepared: Promise<void> | undefined;

  constructor(paths: LayoutPaths, now: () => number) {
    this.#paths = paths;
    this.#now = now;
    this.name = `oci:${paths.root}`;
  }

  async resolve(tagOrDigest: string, { signal }: CallOptions = {}): Promise<Descriptor | undefined> {
    signal?.throwIfAborted();
    const index = await this.#readIndex();
    const entry = findEntry(this.name, index, tagOrDigest);
    const digest = entry?.digest ?? tagOrDigest;
    if (!isDigest(digest)) return undefined;
    try {
      const content = await readStoredManifest(this.#paths, digest, entry?.mediaType);
      return content === undefined
        ? undefined
        : { ...manifestDescriptor(content), platform: entry?.platform };
    } catch (error) {
      // A damaged manifest is as good as none, so that copying it again repairs it; a digest nothing lists may be a layer's.
      const isAbsent =
        isOciError(error, 'OCI_DIGEST_MISMATCH') || (entry === undefined && !isOciError(error, 'OCI_LAYOUT'));
      if (isAbsent) return undefined;
      throw error;
    }
  }

  async fetchManifest(tagOrDigest: string, { signal }: CallOptions = {}): Promise<ManifestContent> {
    signal?.throwIfAborted();
    const index = await this.#readIndex();
    const entry = findEntry(this.name, index, tagOrDigest);
    const digest = entry?.digest ?? tagOrDigest;
    const content = isDigest(digest)
      ? await readStoredManifest(this.#paths, digest, entry?.mediaType)
      : undefined;
    if (content === undefined) throw await this.#notFound(index, tagOrDigest);
    return content;
  }

  async fetchBlob(descriptor: Descriptor, { offset = 0, signal }: FetchBlobOptions = {}): Promise<Readable> {
    signal?.throwIfAborted();
    const size = await storedSize(this.#paths, descriptor.digest);
    if (size === undefined) {
      throw new OciError(`blob ${descriptor.digest} is not in ${this.name}`, { code: 'OCI_NOT_FOUND' });
    }
    return Readable.from(readFrom(this.#paths, descriptor.digest, offset, signal), {
      objectMode: false,
      highWaterMark: readSizeBytes,
    });
  }

  async hasBlob(descriptor: Descriptor, { signal }: CallOptions = {}): Promise<boolean> {
    signal?.throwIfAborted();
    return (await storedSize(this.#paths, descriptor.digest)) === descriptor.size;
  }

  async *listTags({ signal }: CallOptions = {}): AsyncIterable<string> {
    signal?.throwIfAborted();
    yield* tagsOf(await this.#readIndex());
  }

  async listReferrers(
    digest: Digest,
    { artifactType, signal }: ListReferrersOptions = {},
  ): Promise<Referrers> {
    signal?.throwIfAborted();
    const all = await findReferrers(this.#paths, await this.#readIndex(), digest);
    return {
      from: 'api',
      descriptors: all.filter((each) => artifactType === undefined || each.artifactType === artifactType),
    };
  }

  async repositoryExists({ signal }: CallOptions = {}): Promise<boolean> {
    signal?.throwIfAborted();
    return isLayout(this.#paths);
  }

  async startUpload({ signal }: CallOptions = {}): Promise<UploadStart> {
    signal?.throwIfAborted();
    await this.#prepare();
    return { outcome: 'started', upload: new LayoutUpload(this.#paths) };
  }

  async pushManifest(
    content: ManifestContent,
    { tag, signal }: PushManifestOptions = {},
  ): Promise<PushedManifest> {
    signal?.throwIfAborted();
    checkPush(content, tag);
    const manifest = parseManifest(content);
    await this.#prepare();
    await this.#requireContent(content.digest, manifest);
    signal?.throwIfAborted();
    try {
      await writeAtomically(this.#paths, this.#paths.blob(content.digest), content.bytes);
      if (tag !== undefined || manifest.subject !== undefined) {
        const change = async (index: LayoutIndex) => withManifest(this.#paths, index, content, tag);
        await updateIndex(this.#paths, change, { signal });
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw layoutError(this.#paths.root, `cannot write manifest ${content.digest}`, error);
    }
    return { digest: content.digest, subjectProcessed: manifest.subject !== undefined };
  }

  async #readIndex(): Promise<LayoutIndex> {
    return readIndex(this.#paths);
  }

  async #notFound(index: LayoutIndex, tagOrDigest: string): Promise<OciError> {
    if (!(await isLayout(this.#paths))) {
      return new OciError(`there is no OCI image layout in ${this.#paths.root}`, {
        code: 'OCI_REPOSITORY_MISSING',
        hint: 'a layout is a directory with the files oci-layout and index.json; check the path',
      });
    }
    const tags = [...tagsOf(index)];
    const shown = tags.length > 0 ? tags : index.entries.map((entry) => entry.digest);
    const more = shown.length > tagsInHint ? ' and more' : '';
    return new OciError(`"${tagOrDigest}" is not in ${this.name}`, {
      code: 'OCI_NOT_FOUND',
      hint:
        shown.length === 0
          ? 'the layout is empty'
          : `it has ${tags.length > 0 ? 'the tags' : 'no tags, but'} ${shown.slice(0, tagsInHint).join(', ')}${more}`,
    });
  }

  async #prepare(): Promise<void> {
    this.#prepared ??= prepareLayout(this.#paths, this.#now()).catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    await this.#prepared;
  }

  async #requireContent(digest: Digest, manifest: Manifest): Promise<void> {
    const needed =
      manifest.kind === 'index'
        ? manifest.manifests
        : [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
    for (const descriptor of needed) {
      if (isForeignLayerType(descriptor.mediaType)) continue;
      if ((await storedSize(this.#paths, descriptor.digest)) === descriptor.size) continue;
      throw new OciError(`manifest ${digest} refers to ${descriptor.digest}, which is not in ${this.name}`, {
        code: 'OCI_UPLOAD_FAILED',
        registryCodes: ['MANIFEST_BLOB_UNKNOWN'],
      });
    }
  }
}

function checkPush({ bytes, digest }: ManifestContent, tag: string | undefined): void {
  if (tag !== undefined && !isTag(tag)) {
    throw new OciError(`"${tag}" is not a tag`, { code: 'OCI_INVALID_REFERENCE' });
  }
  if (bytes.length > maxManifestSizeBytes) {
    throw new OciError(`manifest ${digest} has ${bytes.length} bytes, the most is ${maxManifestSizeBytes}`, {
      code: 'OCI_TOO_LARGE',
    });
  }
  const actual = digestOf(bytes, digestAlgorithm(digest));
  if (actual !== digest) {
    throw new OciError(`content of ${digest} hashes to ${actual}`, { code: 'OCI_DIGEST_MISMATCH' });
  }
}

function tagsOf(index: LayoutIndex): ReadonlySet<string> {
  const names = index.entries.map((entry) => refName(entry));
  return new Set(names.filter((name): name is string => name !== undefined && isTag(name)));
}

function findEntry(layout: string, index: LayoutIndex, tagOrDigest: string): Descriptor | undefined {
  if (isDigest(tagOrDigest)) return index.entries.find((entry) => entry.digest === tagOrDigest);
  const named = index.entries.filter((entry) => refName(entry) === tagOrDigest);
  const digests = new Set(named.map((entry) => entry.digest));
  if (digests.size > 1) {
    throw new OciError(`tag "${tagOrDigest}" stands for several manifests in ${layout}`, {
      code: 'OCI_LAYOUT',
      hint: `name one by its digest: ${[...digests].join(', ')}`,
    });
  }
  return named[0];
}

async function* readFrom(
  paths: LayoutPaths,
  digest: Digest,
  offset: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  try {
    const file = await open(paths.blob(digest), 'r');
    try {
      for (let position = offset; ;) {
        signal?.throwIfAborted();
        const { bytesRead, buffer } = await file.read(
          Buffer.allocUnsafe(readSizeBytes),
          0,
          readSizeBytes,
          position,
        );
        if (bytesRead === 0) return;
        yield buffer.subarray(0, bytesRead);
        position += bytesRead;
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw layoutError(paths.root, `cannot read blob ${digest}`, error);
  }
}
