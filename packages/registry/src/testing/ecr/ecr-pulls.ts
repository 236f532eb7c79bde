import { isDigest } from '@oci-sync/oci-client';
import { routeRepository } from '../../http/route.js';
import type { Middleware, RegistryRequest, RegistryState } from '../../http/exchange.js';
import { RegistryError } from '../../http/registry-error.js';
import type { EcrAccount } from './ecr-account.js';
import type { EcrBehaviours } from './ecr-options.js';
import type { LayerOrigin } from './layer-origin.js';

/** Blob and manifest reads as ECR has them: registry behaviours 6 and 8 of the ECR profile. */
export function ecrPulls(account: EcrAccount, behaviours: EcrBehaviours, origin: LayerOrigin): Middleware {
  return async (request, next, state) => {
    const { method, route } = request;
    const repository = routeRepository(route);
    const reads = (method === 'GET' || method === 'HEAD') && repository !== undefined;
    if (!reads || (route.kind !== 'blob' && route.kind !== 'manifest')) return next(request);
    const action =
      route.kind === 'manifest'
        ? 'ecr:BatchGetImage'
        : method === 'HEAD'
          ? 'ecr:BatchCheckLayerAvailability'
          : 'ecr:GetDownloadUrlForLayer';
    account.require(action, repository);
    if (!state.content.hasRepository(repository)) throw account.nameUnknown(repository);
    if (route.kind === 'manifest') {
      if (behaviours.requireAccept) checkAccept(request, state);
      const response = await next(request);
      if (method === 'HEAD' || !behaviours.noDigestOnGet) return response;
      const { 'docker-content-digest': _digest, ...headers } = response.headers;
      return { ...response, headers };
    }
    if (method === 'GET' && isDigest(route.digest) && state.content.blob(repository, route.digest)) {
      const { digest } = route;
      const referenced = state.content.manifests(repository).some(({ blobs }) => blobs.includes(digest));
      if (behaviours.referencedBlobsOnly && !referenced) {
        throw new RegistryError(
          404,
          'BLOB_UNKNOWN',
          'You can only get URLs for image layers that are referenced in an image',
        );
      }
      if (behaviours.redirectBlobs) {
        return { status: 307, headers: { location: origin.presign(repository, digest) } };
      }
    }
    return next(request);
  };
}

/** ECR converts an image whose stored type the Accept list leaves out; that has another digest, so tests forbid it. */
function checkAccept({ route, headers }: RegistryRequest, { content }: RegistryState): void {
  if (route.kind !== 'manifest') return;
  const digest = isDigest(route.reference)
    ? route.reference
    : content.resolveTag(route.repository, route.reference);
  const stored = digest === undefined ? undefined : content.manifest(route.repository, digest);
  const accepted = (headers.accept ?? '').split(',').map((entry) => entry.split(';', 1)[0]?.trim());
  if (!stored || accepted.includes(stored.mediaType) || accepted.includes('*/*')) return;
  throw new RegistryError(
    400,
    'UNSUPPORTED',
    `the Accept list leaves out ${stored.mediaType}: ECR would convert`,
  );
}
