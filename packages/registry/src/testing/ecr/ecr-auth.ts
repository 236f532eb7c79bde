import { parseBasic } from '../../auth/basic-credentials.js';
import { bearerAuthorizer } from '../../auth/bearer-auth.js';
import { neededAccess } from '../../auth/needed-access.js';
import type { Middleware } from '../../http/exchange.js';
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
 * ECR Public: Bearer tokens, for pulls to anyone. An expired or foreign token, at the registry or at the token
 * endpoint, is 400 without a challenge.
 */
export function ecrPublicAuth(account: EcrAccount): Middleware {
  const authorizer = bearerAuthorizer(
    {
      kind: 'bearer',
      users: (user, password) => account.checkToken(user, password) === 'valid',
      anonymousPull: true,
      service: 'public.ecr.aws',
      expiresInSeconds: 3600,
    },
    account.now,
  );
  return async (request, next) => {
    if (request.route.kind === 'token') {
      const credentials = parseBasic(request.headers.authorization);
      const worth = credentials && account.checkToken(credentials.user, credentials.password);
      if (worth === 'expired') throw publicExpired();
      return authorizer.issueToken(request);
    }
    try {
      authorizer.authorize(request, neededAccess(request));
    } catch (error) {
      throw isInvalidToken(error) ? publicExpired() : error;
    }
    return next(request);
  };
}

function isInvalidToken(error: unknown): boolean {
  return (
    error instanceof RegistryError &&
    String(error.headers['www-authenticate']).includes('error="invalid_token"')
  );
}

function publicExpired(): RegistryError {
  return new RegistryError(
    400,
    'DENIED',
    'Your Authorization Token has expired. Please re-authenticate and try again.',
  );
}
