import { isDigest } from '@oci-sync/oci-client';
import {
  ConnectionDrop,
  type Handler,
  type Middleware,
  type RegistryRequest,
  type RegistryResponse,
  type RegistryState,
} from '../../http/exchange.js';
import { RegistryError } from '../../http/registry-error.js';
import type { EcrAccount } from './ecr-account.js';
import type { EcrBehaviours } from './ecr-options.js';

const mebibyte = 1024 * 1024;
const smallestPartBytes = 5 * mebibyte;
const firstPartBytes = 10 * mebibyte;
const wrongDigestText = 'None of the provided layer digests match the calculated layer digest';

/** Uploads and mounts as ECR has them: registry behaviours 2 to 5 of the ECR profile. */
export function ecrUploads(account: EcrAccount, behaviours: EcrBehaviours): Middleware {
  /** Sizes of the parts each open upload received by PATCH. */
  const parts = new Map<string, number[]>();

  const begin = async (
    request: RegistryRequest,
    next: Handler,
    state: RegistryState,
    repository: string,
  ): Promise<RegistryResponse> => {
    account.require('ecr:InitiateLayerUpload', repository);
    await requireRepository(account, behaviours, state, repository);
    const query = new URLSearchParams(request.query);
    if (behaviours.noSinglePost) query.delete('digest');
    if (query.has('mount') && !canMount(account, state, repository, query)) {
      query.delete('mount');
      query.delete('from');
    }
    return next({ ...request, query });
  };

  const proceed = async (
    request: RegistryRequest,
    next: Handler,
    state: RegistryState,
    upload: { readonly repository: string; readonly session: string },
  ): Promise<RegistryResponse> => {
    const { repository, session } = upload;
    if (request.method === 'GET' && behaviours.noUploadStatus) {
      throw new RegistryError(404, 'BLOB_UPLOAD_UNKNOWN', 'Not Found');
    }
    if (request.method !== 'PATCH' && request.method !== 'PUT') return next(request);
    account.require('ecr:UploadLayerPart', repository);
    const before = state.uploadedBytes(repository, session) ?? 0;
    if (behaviours.consecutiveParts) checkFirstByte(request, before);
    if (request.method === 'PATCH') {
      const response = await next(request);
      const received = state.uploadedBytes(repository, session) ?? before;
      parts.set(session, [...(parts.get(session) ?? []), received - before]);
      return patched(response, received);
    }
    account.require('ecr:CompleteLayerUpload', repository);
    const earlier = parts.get(session) ?? [];
    const complete = hasBody(request) ? earlier : earlier.slice(0, -1);
    if (behaviours.refuseEmptyBlobs && before === 0 && !hasBody(request)) {
      throw new RegistryError(500, 'UNKNOWN', 'Internal Server Error');
    }
    if (behaviours.minimumParts && complete.some((sizeBytes) => sizeBytes < smallestPartBytes)) {
      throw new RegistryError(400, 'BLOB_UPLOAD_INVALID', wrongDigestText);
    }
    try {
      const response = await next(request);
      parts.delete(session);
      return response;
    } catch (error) {
      throw isDigestMismatch(error) ? new RegistryError(400, 'BLOB_UPLOAD_INVALID', wrongDigestText) : error;
    }
  };

  const patched = (response: RegistryResponse, receivedBytes: number): RegistryResponse => {
    const lastByte = Math.min(receivedBytes, behaviours.frozenRange ? firstPartBytes : Infinity) - 1;
    return {
      ...response,
      status: behaviours.patchCreated ? 201 : response.status,
      headers: { ...response.headers, range: `0-${Math.max(lastByte, 0)}` },
    };
  };

  return async (request, next, state) => {
    const { route } = request;
    if (route.kind === 'uploads' && request.method === 'POST') {
      const response = await begin(request, next, state, route.repository);
      return behaviours.absoluteLocations ? absolute(request, response) : response;
    }
    if (route.kind === 'upload') {
      const response = await proceed(request, next, state, route);
      return behaviours.absoluteLocations ? absolute(request, response) : response;
    }
    return next(request);
  };
}

async function requireRepository(
  account: EcrAccount,
  { missingRepository: policy }: EcrBehaviours,
  { content }: RegistryState,
  repository: string,
): Promise<void> {
  if (content.hasRepository(repository)) return;
  if (policy === 'close') throw new ConnectionDrop();
  const creates =
    policy === 'create' ||
    (Array.isArray(policy) && policy.some((prefix: string) => repository.startsWith(`${prefix}/`)));
  if (!creates) throw account.nameUnknown(repository);
  await content.createRepository(repository);
}

/** Mounts need the account setting, one encryption, and a blob that a manifest of the source names. */
function canMount(
  account: EcrAccount,
  { content }: RegistryState,
  repository: string,
  query: URLSearchParams,
): boolean {
  const digest = query.get('mount');
  const from = query.get('from');
  if (account.settings.get('BLOB_MOUNTING') !== 'ENABLED' || from === null || !isDigest(digest)) return false;
  const source = account.repository(from).encryptionConfiguration;
  const destination = account.repository(repository).encryptionConfiguration;
  const sameEncryption =
    source.encryptionType === destination.encryptionType && source.kmsKey === destination.kmsKey;
  const referenced = content.manifests(from).some(({ blobs }) => blobs.includes(digest));
  return sameEncryption && referenced && account.use('ecr:GetDownloadUrlForLayer', from) === undefined;
}

function checkFirstByte(request: RegistryRequest, expected: number): void {
  if (!hasBody(request)) return;
  const first = Number(/^(\d+)-/.exec(request.headers['content-range'] ?? '0-')?.[1] ?? 0);
  if (first === expected) return;
  throw new RegistryError(
    416,
    'BLOB_UPLOAD_INVALID',
    `First byte of the layer part is ${first} instead of ${expected}`,
  );
}

function hasBody({ headers }: RegistryRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function isDigestMismatch(error: unknown): boolean {
  return error instanceof RegistryError && error.code === 'DIGEST_INVALID' && error.detail !== undefined;
}

function absolute(request: RegistryRequest, response: RegistryResponse): RegistryResponse {
  const { location } = response.headers;
  if (typeof location !== 'string') return response;
  const url = new URL(location, request.origin).href;
  return { ...response, headers: { ...response.headers, location: url } };
}
