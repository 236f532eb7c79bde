import { OciError } from '../errors/oci-error.js';
import { isLoopback, isPrivateAddress } from '../transport/ip-address.js';

/**
 * The token endpoint a challenge names, seen from the URL that sent it. A realm at another public host is
 * normal (Docker Hub, GitLab).
 * @throws OciError `OCI_REFUSED_REDIRECT` when it is no URL, carries a password, is plain HTTP though the registry is
 * not (or is at another host than a plain HTTP registry), or is a private address at another host.
 */
export function resolveRealm(challenger: URL, realm: string): URL {
  const url = URL.canParse(realm, challenger.href) ? new URL(realm, challenger) : undefined;
  if (url === undefined) throw refused(challenger, 'is no URL');
  // All names of this machine are one host: a local registry at 127.0.0.1 may have its tokens from localhost.
  const bothLocal = isLoopback(url.hostname) && isLoopback(challenger.hostname);
  const sameHost = bothLocal || url.hostname === challenger.hostname;
  if (url.username !== '' || url.password !== '') throw refused(challenger, 'carries a password');
  if (url.hash !== '') throw refused(challenger, 'has a fragment');
  if (
    url.protocol !== 'https:' &&
    (url.protocol !== 'http:' || challenger.protocol !== 'http:' || !sameHost)
  ) {
    throw refused(challenger, 'is not protected by TLS');
  }
  if (!sameHost && (isPrivateAddress(url.hostname) || isLoopback(url.hostname))) {
    throw refused(challenger, 'is a private address');
  }
  return url;
}

function refused(challenger: URL, why: string): OciError {
  return new OciError(`the token endpoint that ${challenger.host} names ${why}`, {
    code: 'OCI_REFUSED_REDIRECT',
  });
}
