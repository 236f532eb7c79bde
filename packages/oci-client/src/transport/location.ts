import { OciError } from '../errors/oci-error.js';
import { isLoopback, isPrivateAddress } from './ip-address.js';
import { redactUrl } from './redact-url.js';

/** What led to another URL, for error texts. */
export type LocationKind = 'redirect' | 'upload location' | 'link';

const hostAndPath = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\//i;

/**
 * The URL that a `Location` or `Link` means, seen from the URL that sent it: relative, absolute, or (some
 * registries) a host without a scheme. The query stays as it was sent: upload states are signed.
 * @throws OciError `OCI_REFUSED_REDIRECT` when it is no http(s) URL, has user information, leads from https to
 * http, or from a public host to a private address. Such an http URL to the very same https host and port-less
 * form is read as https: registries behind a TLS proxy send it (distribution issue 2225).
 */
export function resolveLocation(base: URL, location: string, kind: LocationKind): URL {
  const url = parseLocation(base, location, kind);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(base, url, kind, 'is no http(s) URL');
  if (url.username !== '' || url.password !== '') throw refused(base, url, kind, 'carries a password');
  if (base.protocol === 'https:' && url.protocol === 'http:') {
    if (url.hostname !== base.hostname || (url.port !== '' && url.port !== base.port)) {
      throw refused(base, url, kind, 'leaves TLS');
    }
    url.protocol = 'https:';
    url.port = base.port;
  }
  const privateBase = isPrivateAddress(base.hostname) || isLoopback(base.hostname);
  if (!privateBase && (isPrivateAddress(url.hostname) || isLoopback(url.hostname))) {
    throw refused(base, url, kind, 'leads from a public host to a private address');
  }
  url.hash = '';
  return url;
}

function parseLocation(base: URL, location: string, kind: LocationKind): URL {
  const text = location.trim();
  const withoutScheme = hostAndPath.test(text) && /[.:]/.test(text.slice(0, text.indexOf('/')));
  try {
    return withoutScheme ? new URL(`${base.protocol}//${text}`) : new URL(text, base);
  } catch {
    throw new OciError(`${base.host} sent a malformed ${kind}`, { code: 'OCI_REGISTRY' });
  }
}

function refused(base: URL, url: URL, kind: LocationKind, why: string): OciError {
  return new OciError(`${base.host} sent a ${kind} that ${why}: ${redactUrl(url)}`, {
    code: 'OCI_REFUSED_REDIRECT',
  });
}

/** The URL with one more query pair at its end; the query it has is not touched. Distribution spec, "Pushing a blob". */
export function appendQuery(url: URL, key: string, value: string): URL {
  const result = new URL(url);
  const pair = `${key}=${encodeURIComponent(value)}`;
  result.search = url.search === '' ? pair : `${url.search}&${pair}`;
  return result;
}
