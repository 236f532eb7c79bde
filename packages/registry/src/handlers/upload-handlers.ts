import type { Digest } from '@oci-sync/oci-client';
import { BlobTooLarge } from '../content/blob-store.js';
import { algorithmOf } from '../content/running-digest.js';
import type { UploadSession } from '../content/upload-sessions.js';
import type { RegistryRequest, RegistryResponse } from '../http/exchange.js';
import { emptyResponse } from '../http/json-response.js';
import { bodyChunks } from '../http/read-body.js';
import { RegistryError } from '../http/registry-error.js';
import { methodNotAllowed, requireDigest, type HandlerContext } from './context.js';

/** POST of `/v2/<name>/blobs/uploads/`: mounts, takes a whole blob, or opens an upload. */
export async function handleUploads(
  context: HandlerContext,
  request: RegistryRequest,
  repository: string,
): Promise<RegistryResponse> {
  if (request.method !== 'POST') throw methodNotAllowed();
  const mount = request.query.get('mount');
  if (mount !== null) {
    const digest = requireDigest(mount);
    if (await mountBlob(context, repository, digest, request.query.get('from'))) {
      return created(repository, digest);
    }
  }
  const digest = request.query.get('digest');
  const expected = digest === null ? undefined : requireDigest(digest);
  const session = await context.uploads.open(repository, await context.content.createWriter());
  return expected === undefined
    ? progress(202, session)
    : alone(context, session, () => finish(context, request, session, expected));
}

/** PATCH, PUT, GET and DELETE of `/v2/<name>/blobs/uploads/<session>`. */
export async function handleUpload(
  context: HandlerContext,
  request: RegistryRequest,
  repository: string,
  id: string,
): Promise<RegistryResponse> {
  const session = context.uploads.find(repository, id);
  if (!session) throw uploadUnknown();
  switch (request.method) {
    case 'GET':
      return progress(204, session);
    case 'DELETE':
      return alone(context, session, async () => {
        await context.uploads.discard(session);
        return emptyResponse(204);
      });
    case 'PATCH':
      return alone(context, session, async () => {
        checkOffset(request, session);
        await receive(context, request, session);
        return progress(202, session);
      });
    case 'PUT': {
      const digest = requireDigest(request.query.get('digest'));
      return alone(context, session, async () => {
        checkOffset(request, session);
        return finish(context, request, session, digest);
      });
    }
    default:
      throw methodNotAllowed();
  }
}

/** Without `from` the registry may take the blob from any repository the sender can pull from (end-11). */
async function mountBlob(
  { content, access }: HandlerContext,
  repository: string,
  digest: Digest,
  from: string | null,
): Promise<boolean> {
  const candidates = from === null ? content.repositories() : [from];
  for (const candidate of candidates) {
    if (!access.allows(candidate, 'pull')) continue;
    if (await content.mountBlob(repository, digest, candidate)) return true;
  }
  return false;
}

async function finish(
  context: HandlerContext,
  request: RegistryRequest,
  session: UploadSession,
  expected: Digest,
): Promise<RegistryResponse> {
  await receive(context, request, session);
  const actual = await session.writer.digest(algorithmOf(expected));
  if (actual !== expected) {
    await context.uploads.discard(session);
    throw new RegistryError(400, 'DIGEST_INVALID', 'the content does not have the digest given', {
      detail: { expected, actual },
    });
  }
  context.uploads.forget(session);
  await context.content.commitBlob(session.repository, session.writer, expected);
  return created(session.repository, expected);
}

async function receive(
  context: HandlerContext,
  request: RegistryRequest,
  session: UploadSession,
): Promise<void> {
  try {
    await session.writer.append(bodyChunks(request.body), context.bounds.blobBytes);
  } catch (error) {
    if (!(error instanceof BlobTooLarge)) throw error;
    await context.uploads.discard(session);
    throw new RegistryError(413, 'SIZE_INVALID', 'the blob is larger than this registry takes');
  }
}

/** A chunk has to begin where the last one ended; without Content-Range it is taken to (end-5, end-6). */
function checkOffset(request: RegistryRequest, session: UploadSession): void {
  const header = request.headers['content-range'];
  if (header === undefined) return;
  const match = /^(\d+)-(\d+)$/.exec(header);
  if (!match) {
    throw new RegistryError(400, 'BLOB_UPLOAD_INVALID', 'Content-Range is not <first>-<last>');
  }
  const [start, end] = [Number(match[1]), Number(match[2])];
  if (start !== session.writer.sizeBytes) {
    throw new RegistryError(416, 'BLOB_UPLOAD_INVALID', 'the chunk does not begin where the last one ended', {
      headers: { ...progress(416, session).headers },
      detail: { received: start, expected: session.writer.sizeBytes },
    });
  }
  const length = request.headers['content-length'];
  if (end < start || (length !== undefined && Number(length) !== end - start + 1)) {
    throw new RegistryError(400, 'SIZE_INVALID', 'Content-Range and Content-Length disagree');
  }
}

async function alone(
  context: HandlerContext,
  session: UploadSession,
  work: () => Promise<RegistryResponse>,
): Promise<RegistryResponse> {
  const response = await context.uploads.exclusively(session, work);
  if (response) return response;
  throw uploadUnknown();
}

function uploadUnknown(): RegistryError {
  return new RegistryError(404, 'BLOB_UPLOAD_UNKNOWN', 'blob upload unknown to registry');
}

/** An upload's state. An empty upload reports `0-0`, as distribution and zot do. */
function progress(status: number, { id, repository, writer }: UploadSession): RegistryResponse {
  return emptyResponse(status, {
    location: `/v2/${repository}/blobs/uploads/${id}`,
    range: `0-${Math.max(writer.sizeBytes - 1, 0)}`,
    'docker-upload-uuid': id,
  });
}

function created(repository: string, digest: Digest): RegistryResponse {
  return emptyResponse(201, {
    location: `/v2/${repository}/blobs/${digest}`,
    'docker-content-digest': digest,
  });
}
