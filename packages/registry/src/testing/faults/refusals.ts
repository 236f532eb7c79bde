import { RegistryError, type RegistryErrorCode } from '../../http/registry-error.js';
import type { Fault } from './fault-injector.js';

/** What `failWith` answers. */
export interface Failure {
  readonly status: number;
  /** @default "UNKNOWN" */
  readonly code?: RegistryErrorCode | undefined;
  /** @default "injected fault" */
  readonly message?: string | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
  readonly detail?: unknown;
}

/** Refuses with an error of the specification's form; the request has no effect and its body is not read. */
export function failWith(failure: Failure): Fault {
  const { status, code = 'UNKNOWN', message = 'injected fault', headers, detail } = failure;
  return () => Promise.reject(new RegistryError(status, code, message, { headers, detail }));
}

/** Refuses with this status and body, whatever form it has: HTML, nothing, a megabyte. */
export function answerWith(
  status: number,
  body: string | Uint8Array = '',
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Fault {
  return () => Promise.resolve({ status, headers, body: Buffer.from(body) });
}

/**
 * 401 with a challenge.
 * @param challenge `WWW-Authenticate`, several for several headers. @default Bearer with the registry's own `/token`
 */
export function unauthorized(challenge?: string | readonly string[]): Fault {
  return (request) =>
    Promise.reject(
      new RegistryError(401, 'UNAUTHORIZED', 'authentication required', {
        headers: {
          'www-authenticate': challenge ?? `Bearer realm="${request.origin}/token",service="registry"`,
        },
      }),
    );
}

/** 403 as ECR answers an expired token. */
export function expiredToken(): Fault {
  return failWith({
    status: 403,
    code: 'DENIED',
    message: 'Your authorization token has expired. Reauthenticate and try again.',
  });
}

/** 429, with Retry-After in seconds or as an HTTP date. @default no Retry-After */
export function tooManyRequests(retryAfter?: number | Date): Fault {
  const value = retryAfter instanceof Date ? retryAfter.toUTCString() : retryAfter?.toString();
  return failWith({
    status: 429,
    code: 'TOOMANYREQUESTS',
    message: 'Rate exceeded',
    headers: value === undefined ? {} : { 'retry-after': value },
  });
}

/** 503. */
export function serviceUnavailable(): Fault {
  return failWith({ status: 503, code: 'UNAVAILABLE', message: 'service unavailable' });
}

/** 413 (Azure, nginx) or another status to bodies whose Content-Length exceeds the limit; 416 is GHCR's for chunks. */
export function rejectBodiesOver(limitBytes: number, status = 413): Fault {
  return (request, next) => {
    if (Number(request.headers['content-length'] ?? 0) <= limitBytes) return next(request);
    return Promise.reject(
      new RegistryError(status, 'SIZE_INVALID', `request body exceeds ${limitBytes} bytes`),
    );
  };
}

/** Refuses lists whose `n` is above the limit: 405 as ECR (above 1000), 413 as quay.io (above 100). */
export function rejectPagesOver(limit: number, status: 405 | 413): Fault {
  return (request, next) => {
    if (Number(request.query.get('n') ?? 0) <= limit) return next(request);
    return Promise.reject(
      new RegistryError(status, 'UNSUPPORTED', `n must be less than or equal to ${limit}`),
    );
  };
}

/** Refuses to move a tag that exists, whatever the digest. @default 400 `TAG_INVALID`, as ECR */
export function immutableTags(
  failure: Failure = { status: 400, code: 'TAG_INVALID', message: 'the tag is immutable' },
): Fault {
  return (request, next, state) => {
    const { method, route } = request;
    const taken =
      method === 'PUT' &&
      route.kind === 'manifest' &&
      state.content.resolveTag(route.repository, route.reference) !== undefined;
    return taken ? failWith(failure)(request, next, state) : next(request);
  };
}

/** Docker Hub's answer to what it does not know or will not show: 401 `insufficient_scope` instead of 404. */
export function unauthorizedWhenMissing(): Fault {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.status !== 404) throw error;
      const realm = `${request.origin}/token`;
      throw new RegistryError(401, 'UNAUTHORIZED', 'authentication required', {
        headers: {
          'www-authenticate': `Bearer realm="${realm}",service="registry",error="insufficient_scope"`,
        },
      });
    }
  };
}

/** Artifactory's answer to a missing tag: 403. */
export function forbiddenWhenMissing(): Fault {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof RegistryError) || error.status !== 404) throw error;
      throw new RegistryError(403, 'DENIED', 'access to the requested resource is not authorized');
    }
  };
}
