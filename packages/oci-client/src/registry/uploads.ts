import type { Readable } from 'node:stream';
import type { Descriptor } from '../content/descriptor.js';
import type { BlobUpload, CallOptions, StartUploadOptions, UploadStart } from '../content/store.js';
import { OciError } from '../errors/oci-error.js';
import { header, type HttpResponse } from '../transport/http-message.js';
import { appendQuery, resolveLocation } from '../transport/location.js';
import { discardBody } from '../transport/read-body.js';
import { sendInChunks } from './chunked-upload.js';
import { hasCode, readFailure, type RegistryFailure } from './registry-error.js';
import type { RepositorySession } from './repository-session.js';

/** A token must live this long when an upload begins: its check comes at the end, too, for some registries. */
const uploadTokenLifeMs = 120_000;

/** Statuses with which registries refuse a mount where a plain upload is fine (go-containerregistry 1404, 1679). */
const mountRefusals = new Set([400, 401, 403, 404, 405]);

/** See {@link ContentDestination.startUpload}. */
export async function startUpload(
  session: RepositorySession,
  options: StartUploadOptions = {},
): Promise<UploadStart> {
  const { mount, signal } = options;
  const mayMount = session.profile.mounts !== false;
  const asked = mount !== undefined && mayMount ? await requestMount(session, mount, signal) : 'refused';
  if (typeof asked !== 'string') return asked;
  const response = await session.send({
    method: 'POST',
    path: 'blobs/uploads/',
    headers: { 'content-length': '0' },
    tokenLifeMs: uploadTokenLifeMs,
    signal,
  });
  if (response.status !== 202) throw await startError(session, response);
  const upload = openSession(session, response);
  if (mount === undefined || asked === 'refused') return { outcome: 'started', upload };
  // Another upload had the repository created in between: only now can the registry say whether it mounts.
  const again = await requestMount(session, mount, signal);
  if (typeof again === 'string') return { outcome: 'started', upload };
  await upload.cancel({ signal });
  return again;
}

/** Asks for a mount. The repository may turn out to be missing, or be taken for missing: the one mounted from. */
async function requestMount(
  session: RepositorySession,
  mount: { readonly digest: string; readonly from: string },
  signal: AbortSignal | undefined,
): Promise<UploadStart | 'refused' | 'repository missing'> {
  const query = `mount=${encodeURIComponent(mount.digest)}&from=${encodeURIComponent(mount.from)}`;
  const response = await session.send({
    method: 'POST',
    path: `blobs/uploads/?${query}`,
    headers: { 'content-length': '0' },
    mountFrom: mount.from,
    signal,
  });
  if (response.status === 201) {
    discardBody(response);
    return { outcome: 'mounted' };
  }
  if (response.status === 202) return { outcome: 'started', upload: openSession(session, response) };
  if (!mountRefusals.has(response.status)) throw await startError(session, response);
  return hasCode(await readFailure(response), 'NAME_UNKNOWN') ? 'repository missing' : 'refused';
}

function startError(session: RepositorySession, response: HttpResponse): Promise<OciError> {
  return session.failure(response, `start an upload to ${session.name}`);
}

function openSession(session: RepositorySession, response: HttpResponse): BlobUpload {
  discardBody(response);
  const minimum = Number(header(response, 'oci-chunk-min-length') ?? '0');
  return new RegistryUpload(session, sessionLocation(response), Number.isSafeInteger(minimum) ? minimum : 0);
}

/** Where an upload session goes on. Distribution spec, "Pushing a blob in chunks". */
function sessionLocation(response: HttpResponse): URL {
  const location = header(response, 'location');
  if (location === undefined) {
    throw new OciError(`${response.url.host} opened an upload without saying where`, {
      code: 'OCI_REGISTRY',
    });
  }
  return resolveLocation(response.url, location, 'upload location');
}

class RegistryUpload implements BlobUpload {
  readonly #session: RepositorySession;
  readonly #minimumChunkBytes: number;
  #location: URL;
  #used = false;

  constructor(session: RepositorySession, location: URL, minimumChunkBytes: number) {
    this.#session = session;
    this.#location = location;
    this.#minimumChunkBytes = minimumChunkBytes;
  }

  async send(descriptor: Descriptor, body: Readable, options: CallOptions = {}): Promise<void> {
    if (this.#used) throw new TypeError('an upload session takes one blob, once');
    this.#used = true;
    try {
      await this.#send(descriptor, body, options.signal);
    } finally {
      // A refused upload leaves its source behind unread.
      if (!body.readableEnded) body.destroy();
    }
  }

  async cancel({ signal }: CallOptions = {}): Promise<void> {
    this.#used = true;
    if (signal?.aborted === true) return;
    const timeout = AbortSignal.timeout(10_000);
    try {
      const response = await this.#session.send({
        method: 'DELETE',
        url: this.#location,
        retry: false,
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      });
      discardBody(response);
    } catch {
      // Sessions expire by themselves.
    }
  }

  async #send(descriptor: Descriptor, body: Readable, signal: AbortSignal | undefined): Promise<void> {
    const form = this.#session.knowledge.uploadForm;
    const stream = { stream: body, sizeBytes: descriptor.size };
    const { digest } = descriptor;
    if (form === 'put') {
      await this.#commit(digest, stream, signal);
      return;
    }
    if (form === 'patch') {
      const response = await this.#session.send({
        method: 'PATCH',
        url: this.#location,
        headers: { 'content-type': 'application/octet-stream' },
        body: stream,
        tokenLifeMs: uploadTokenLifeMs,
        signal,
      });
      if (response.status < 200 || response.status > 204) throw await this.#refusal(digest, response);
      discardBody(response);
      this.#location = sessionLocation(response);
    } else {
      this.#location = await sendInChunks(this.#session, this.#location, body, {
        chunkBytes: Math.max(
          this.#session.profile.chunkSizeBytes ?? 4 * 1024 * 1024,
          this.#minimumChunkBytes,
        ),
        refusal: (response) => this.#refusal(digest, response),
        nextLocation: sessionLocation,
        signal,
      });
    }
    await this.#commit(digest, new Uint8Array(), signal);
  }

  /** The PUT that ends a session, with all of the blob or none of it left to send. */
  async #commit(
    digest: string,
    body: Uint8Array | { readonly stream: Readable; readonly sizeBytes: number },
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const response = await this.#session.send({
      method: 'PUT',
      url: appendQuery(this.#location, 'digest', digest),
      headers: {
        'content-type': 'application/octet-stream',
        ...(body instanceof Uint8Array ? { 'content-length': '0' } : {}),
      },
      body: body instanceof Uint8Array ? undefined : body,
      upload: true,
      retry: false,
      tokenLifeMs: uploadTokenLifeMs,
      signal,
    });
    if (response.status < 200 || response.status > 204) throw await this.#refusal(digest, response);
    discardBody(response);
  }

  async #refusal(digest: string, response: HttpResponse): Promise<OciError> {
    const failure = await readFailure(response);
    const general = this.#session.failureOf(failure, `push the blob ${digest} to ${this.#session.name}`);
    const otherForm = changeUploadForm(this.#session, failure);
    if (
      general.code !== 'OCI_REGISTRY' &&
      general.code !== 'OCI_NOT_FOUND' &&
      general.code !== 'OCI_UNAUTHORIZED'
    ) {
      return general;
    }
    return new OciError(general.message, {
      code: general.code === 'OCI_UNAUTHORIZED' ? 'OCI_UNAUTHORIZED' : 'OCI_UPLOAD_FAILED',
      hint: general.hint,
      status: failure.status,
      registryCodes: general.registryCodes,
      // A lost session, a token that ran out while the blob was sent, or a form the registry does not take.
      retryable: otherForm || general.retryable || isLostSession(failure) || failure.status === 401,
      cause: general,
    });
  }
}

function isLostSession(failure: RegistryFailure): boolean {
  return (
    failure.status === 404 ||
    failure.status === 416 ||
    hasCode(failure, 'BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID')
  );
}

/** Registries that refuse a large PUT (413; 416 from some) take the blob in another form; the next attempt uses it. */
function changeUploadForm(session: RepositorySession, failure: RegistryFailure): boolean {
  if (session.profile.uploadFallback === false || (failure.status !== 413 && failure.status !== 416))
    return false;
  const { knowledge } = session;
  if (knowledge.uploadForm === 'chunks') return false;
  knowledge.uploadForm = knowledge.uploadForm === 'put' ? 'patch' : 'chunks';
  return true;
}
