import type { RegistryRequest, RegistryResponse } from '../../http/exchange.js';
import { RegistryError } from '../../http/registry-error.js';
import type { Fault } from './fault-injector.js';
import { responseBytes } from './response-bytes.js';

/**
 * Redirects instead of answering.
 * @param target an absolute or relative URL, or what makes one of the request
 * @param status @default 307
 */
export function redirectTo(target: string | ((request: RegistryRequest) => string), status = 307): Fault {
  return (request) => {
    const location = typeof target === 'string' ? target : target(request);
    return Promise.resolve({ status, headers: { location } });
  };
}

/** Redirects to the same path of another origin, such as a second registry that holds the content. */
export function redirectToOrigin(origin: string, status = 307): Fault {
  return redirectTo((request) => `${origin}${pathAndQuery(request)}`, status);
}

/** Redirects to itself, over and over. */
export function redirectLoop(): Fault {
  return redirectTo((request) => `${request.origin}${pathAndQuery(request)}`);
}

/** How a Location is written: a path, a whole URL, or without its scheme as some proxies leave it. */
export type LocationForm = 'relative' | 'absolute' | 'schemeless';

/** Writes the answer's Location in another form; relative is the registry's own. */
export function locationAs(form: LocationForm): Fault {
  return changedLocation((location, { origin }) => {
    const { pathname, search } = new URL(location, origin);
    if (form === 'relative') return `${pathname}${search}`;
    return form === 'absolute'
      ? `${origin}${pathname}${search}`
      : `//${new URL(origin).host}${pathname}${search}`;
  });
}

/** Points the answer's Location at another origin, path and query kept. */
export function locationAt(otherOrigin: string): Fault {
  return changedLocation((location, { origin }) => {
    const { pathname, search } = new URL(location, origin);
    return `${otherOrigin}${pathname}${search}`;
  });
}

/** Adds a query to the answer's Location that has to come back unchanged, as distribution's and Azure's `_state`. */
export function locationState(state: string): Fault {
  return async (request, next) => {
    const isUpload = request.route.kind === 'upload';
    if (isUpload && request.query.get('_state') !== state) {
      throw new RegistryError(400, 'BLOB_UPLOAD_INVALID', 'the upload state is missing or wrong');
    }
    const response = await next(request);
    const { location } = response.headers;
    if (typeof location !== 'string' || !location.includes('/uploads/')) return response;
    const changed = `${location}?_state=${encodeURIComponent(state)}`;
    return { ...response, headers: { ...response.headers, location: changed } };
  };
}

/** Answers every mount with an upload session, as registries that do not mount. */
export function neverMount(): Fault {
  return (request, next) => {
    const query = new URLSearchParams(request.query);
    query.delete('mount');
    query.delete('from');
    return next({ ...request, query });
  };
}

/** Pages of tags that never end: each links to another one. */
export function endlessPages(): Fault {
  let page = 0;
  return async (request, next) => {
    const response = await next(request);
    page += 1;
    const link = `<${request.path}?last=page-${page}>; rel="next"`;
    return { ...response, headers: { ...response.headers, link } };
  };
}

/** A page whose Link leads back to itself. */
export function circularPages(): Fault {
  return async (request, next) => {
    const response = await next(request);
    const link = `<${pathAndQuery(request)}>; rel="next"`;
    return { ...response, headers: { ...response.headers, link } };
  };
}

/** Points the Link of a page at another origin. */
export function linkAt(origin: string): Fault {
  return async (request, next) => {
    const response = await next(request);
    const link = `<${origin}${request.path}?last=elsewhere>; rel="next"`;
    return { ...response, headers: { ...response.headers, link } };
  };
}

/** `"tags": null`, as Nexus and older registries say "none". */
export function nullTags(): Fault {
  return async (request, next) => {
    const response = await next(request);
    const json: unknown = JSON.parse((await responseBytes(response)).toString('utf8'));
    const body = Buffer.from(JSON.stringify({ ...(json as object), tags: null }));
    return { ...response, body };
  };
}

/** Sets a cookie with every answer and refuses requests that send one, as Harbor's sessions do. */
export function cookieTrap(): Fault {
  return async (request, next) => {
    if (request.headers.cookie !== undefined) {
      throw new RegistryError(403, 'DENIED', 'CSRF token not found in request');
    }
    const response = await next(request);
    return { ...response, headers: { ...response.headers, 'set-cookie': ['sid=1; Path=/; HttpOnly'] } };
  };
}

function changedLocation(change: (location: string, request: RegistryRequest) => string): Fault {
  return async (request, next): Promise<RegistryResponse> => {
    const response = await next(request);
    const { location } = response.headers;
    if (typeof location !== 'string') return response;
    return { ...response, headers: { ...response.headers, location: change(location, request) } };
  };
}

function pathAndQuery({ path, query }: RegistryRequest): string {
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}
