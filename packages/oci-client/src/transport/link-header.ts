/**
 * The target of the `next` link among `Link` header values, as it was sent; `undefined` when there is none.
 * RFC 8288, section 3: several links in a value, quoted parameters, several relation types in one `rel`.
 */
export function nextLink(values: readonly string[]): string | undefined {
  for (const value of values) {
    const link = /<([^>]*)>((?:[^,"]|"(?:[^"\\]|\\.)*")*)/g;
    for (const [, target = '', parameters = ''] of value.matchAll(link)) {
      const rel = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters);
      const types = (rel?.[1] ?? rel?.[2] ?? '').toLowerCase().split(/\s+/);
      if (types.includes('next')) return target;
    }
  }
  return undefined;
}
