import type { Authorizer } from '../auth/authorizer.js';
import { neededAccess } from '../auth/needed-access.js';
import type { Repositories } from '../content/repositories.js';
import type { UploadSessions } from '../content/upload-sessions.js';
import type { Handler } from '../http/exchange.js';
import { jsonResponse } from '../http/json-response.js';
import { RegistryError } from '../http/registry-error.js';
import { routeRepository } from '../http/route.js';
import { handleBlob } from './blob-handlers.js';
import { methodNotAllowed, requireGet, type Bounds } from './context.js';
import { handleCatalog, handleReferrers, handleTags } from './list-handlers.js';
import { handleManifest } from './manifest-handlers.js';
import { handleUpload, handleUploads } from './upload-handlers.js';

/** Repository names of the distribution-spec ("Pulling manifests"). */
const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const nameLength = 255;

/** What the handler of a registry is made of. */
export interface RegistryParts {
  readonly content: Repositories;
  readonly uploads: UploadSessions;
  readonly bounds: Bounds;
  readonly authorizer: Authorizer;
}

/** The registry as one handler: authorization, then the route's own handler. */
export function createRegistryHandler({ content, uploads, bounds, authorizer }: RegistryParts): Handler {
  return async (request) => {
    const { route } = request;
    if (route.kind === 'token' && authorizer.issueToken) {
      if (request.method !== 'GET' && request.method !== 'POST') throw methodNotAllowed();
      return authorizer.issueToken(request);
    }
    if (route.kind === 'other' || route.kind === 'token') {
      throw new RegistryError(404, 'UNKNOWN', 'not found');
    }
    requireName(routeRepository(route));
    const access = authorizer.authorize(request, neededAccess(request));
    const context = { content, uploads, bounds, access };
    switch (route.kind) {
      case 'base':
        requireGet(request);
        return jsonResponse(200, {}, { 'docker-distribution-api-version': 'registry/2.0' });
      case 'catalog':
        return handleCatalog(context, request);
      case 'tags':
        return handleTags(context, request, route.repository);
      case 'manifest':
        return handleManifest(context, request, route.repository, route.reference);
      case 'blob':
        return handleBlob(context, request, route.repository, route.digest);
      case 'uploads':
        return handleUploads(context, request, route.repository);
      case 'upload':
        return handleUpload(context, request, route.repository, route.session);
      default:
        return handleReferrers(context, request, route.repository, route.digest);
    }
  };
}

function requireName(name: string | undefined): void {
  if (name === undefined || (name.length <= nameLength && namePattern.test(name))) return;
  throw new RegistryError(400, 'NAME_INVALID', 'the repository name is not valid');
}
