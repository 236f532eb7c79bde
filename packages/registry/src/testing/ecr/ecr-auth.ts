import { parseBasic } from '../../auth/basic-credentials.js';
import type { Middleware, RegistryRequest } from '../../http/exchange.js';
import { RegistryError } from '../../http/registry-error.js';
import type { EcrAccount } from './ecr-account.js';

const expiredText = 'Your authorization token has expired. Reauthenticate and try again.';

/**
 * Private ECR: Basic with user `AWS` and a token of GetAuthorizationToken. An expired token is 403, not 401; whoever
 * sends none, or a wrong one, gets ECR's challenge.
 */
export function ecrBasicAuth(account: EcrAccount): Middleware {
  return (request, next) => {
    const credentials = parseBasic(request.headers.authorization);
    const worth = credentials ? account.checkToken(credentials.user, credentials.password) : 'unknown';
    if (worth === 'valid') return next(request);
    if (worth === 'expired') return Promise.reject(new RegistryError(403, 'DENIED', expiredText));
    const challenge = `Basic realm="${request.origin}/",service="ecr.amazonaws.com"`;
    return Promise.reject(
      new RegistryError(401, 'UNAUTHORIZED', 'Not Authorized', {
        headers: { 'www-authenticate': challenge },
      }),
    );
  };
}

/**
 * ECR Public over the registry's Bearer authentication: an expired or foreign token, at the registry or at the token
 * endpoint, is 400 without a challenge.
 */
export function ecrPublicAuth(account: EcrAccount): Middleware {
  return async (request, next) => {
    if (request.route.kind === 'token') {
      const credentials = parseBasic(request.headers.authorization);
      const worth = credentials && account.checkToken(credentials.user, credentials.password);
      if (worth === 'expired') throw publicExpired();
      return next(request);
    }
    try {
      return await next(request);
    } catch (error) {
      throw isRefusedToken(request, error) ? publicExpired() : error;
    }
  };
}

function isRefusedToken(request: RegistryRequest, error: unknown): boolean {
  return (
    error instanceof RegistryError &&
    error.status === 401 &&
    request.headers.authorization !== undefined &&
    String(error.headers['www-authenticate']).includes('invalid_token')
  );
}

function publicExpired(): RegistryError {
  return new RegistryError(
    400,
    'DENIED',
    'Your Authorization Token has expired. Please re-authenticate and try again.',
  );
}
