import type { Handler, Middleware, RegistryRequest, RegistryResponse } from '../../http/exchange.js';
import { Readable } from 'node:stream';
import { readBody } from '../../http/read-body.js';
import { RegistryError } from '../../http/registry-error.js';
import { readManifestBody } from '../../content/read-manifest-body.js';
import type { EcrAccount } from './ecr-account.js';
import type { EcrBehaviours } from './ecr-options.js';

const largestManifestBytes = 4 * 1024 * 1024;
const manifestTypes =
  /^application\/vnd\.(?:oci\.image\.(?:manifest|index)|docker\.distribution\.manifest)\./;

/** Manifest pushes as ECR has them (PutImage): registry behaviour 7 of the ECR profile. */
export function ecrManifestPuts(account: EcrAccount, behaviours: EcrBehaviours): Middleware {
  const takeToken = tokenBucket(behaviours.putImagePerSecond, account.now);
  return async (request, next, state) => {
    const { route } = request;
    if (request.method !== 'PUT' || route.kind !== 'manifest') return next(request);
    const { repository, reference } = route;
    account.require('ecr:PutImage', repository);
    if (!state.content.hasRepository(repository)) throw account.nameUnknown(repository);
    const images = Math.max(request.query.getAll('tag').length, 1);
    if (!takeToken(images)) throw new RegistryError(429, 'TOOMANYREQUESTS', 'Rate exceeded');
    const bytes = await readBody(request.body, largestManifestBytes);
    if (behaviours.strictManifests) checkManifest(request, bytes);
    const taken = state.content.resolveTag(repository, reference) !== undefined;
    const blamed = taken ? account.immutability(repository, reference) : undefined;
    if (blamed !== undefined) throw immutable(repository, reference, blamed);
    const body = Readable.from([bytes]);
    const response = await withEcrErrors(account, repository, bytes, () => next({ ...request, body }));
    return answer(response, behaviours);
  };
}

function answer(response: RegistryResponse, behaviours: EcrBehaviours): RegistryResponse {
  const { location, 'oci-subject': subject, ...headers } = response.headers;
  const keepsSubject = subject !== undefined && behaviours.referrers !== 'absent';
  return {
    ...response,
    headers: {
      ...headers,
      ...(behaviours.noManifestLocation || location === undefined ? {} : { location }),
      ...(keepsSubject ? { 'oci-subject': subject } : {}),
    },
  };
}

/** ECR's catch-all for manifests it does not like. */
function checkManifest(request: RegistryRequest, bytes: Buffer): void {
  const refuse = (): never => {
    throw new RegistryError(
      405,
      'UNSUPPORTED',
      "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
    );
  };
  const { mediaType, problem } = readManifestBody(bytes);
  if (problem !== undefined) return refuse();
  if (mediaType === undefined && request.headers['content-type'] === undefined) return refuse();
  const json = JSON.parse(bytes.toString('utf8')) as {
    readonly artifactType?: unknown;
    readonly config?: { readonly mediaType?: unknown };
    readonly layers?: readonly { readonly mediaType?: unknown }[];
    readonly manifests?: readonly { readonly mediaType?: unknown }[];
  };
  const { artifactType, config, layers = [], manifests = [] } = json;
  const types = [
    mediaType,
    artifactType,
    ...[config, ...layers, ...manifests].map((item) => item?.mediaType),
  ];
  if (types.some((type) => typeof type === 'string' && type.includes(';'))) return refuse();
  if (manifests.some(({ mediaType }) => !manifestTypes.test(String(mediaType)))) return refuse();
}

async function withEcrErrors(
  account: EcrAccount,
  repository: string,
  bytes: Buffer,
  push: () => ReturnType<Handler>,
): Promise<RegistryResponse> {
  try {
    return await push();
  } catch (error) {
    if (!(error instanceof RegistryError) || error.code !== 'MANIFEST_BLOB_UNKNOWN') throw error;
    const missing = (error.detail as readonly { readonly digest: string }[]).map(({ digest }) => digest);
    const list = `'[${missing.join(', ')}]'`;
    const where = `into repository with name '${repository}' in the registry with id '${account.accountId}'`;
    const isIndex = readManifestBody(bytes).children.length > 0;
    throw isIndex
      ? new RegistryError(
          404,
          'MANIFEST_BLOB_UNKNOWN',
          `Images with digests ${list} required for pushing image ${where} do not exist`,
        )
      : new RegistryError(
          404,
          'BLOB_UPLOAD_UNKNOWN',
          `Layers with digests ${list} required for pushing image ${where} do not exist`,
        );
  }
}

function immutable(repository: string, tag: string, blamed: 'repository' | 'tag'): RegistryError {
  return new RegistryError(
    400,
    'TAG_INVALID',
    `The image tag '${tag}' already exists in the '${repository}' repository ` +
      `and cannot be overwritten because the ${blamed} is immutable.`,
  );
}

/** A bucket that holds one second's worth and starts full. */
function tokenBucket(perSecond: number, now: () => number): (count: number) => boolean {
  let available = perSecond;
  let filledAtMs = now();
  return (count) => {
    const nowMs = now();
    available = Math.min(perSecond, available + ((nowMs - filledAtMs) / 1000) * perSecond);
    filledAtMs = nowMs;
    if (available < count) return false;
    available -= count;
    return true;
  };
}
