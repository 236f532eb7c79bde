/** Query keys of the distribution API whose values say nothing secret; all others may be signatures or tokens. */
const harmlessKeys = new Set(['n', 'mount', 'from', 'digest', 'artifactType', 'scope', 'service', 'ns']);

/**
 * A URL as it may appear in events and errors: without user information and fragment, the values of all query
 * keys but the known harmless ones replaced. Redirect targets carry signatures in their query.
 */
export function redactUrl(url: URL): string {
  const query = url.search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.indexOf('=');
      if (end === -1) return 'redacted';
      const key = pair.slice(0, end);
      return harmlessKeys.has(key) ? pair : `${key}=redacted`;
    });
  return `${url.origin}${url.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
