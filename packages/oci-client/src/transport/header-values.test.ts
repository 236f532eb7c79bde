import { describe, expect, it } from 'vitest';
import { nextLink } from './link-header.js';
import { redactUrl } from './redact-url.js';
import { parseRetryAfter } from './retry-after.js';

describe('nextLink', () => {
  it.each([
    [['</v2/a/tags/list?n=1&last=b>; rel="next"'], '/v2/a/tags/list?n=1&last=b'],
    [['<https://r/x?a=1,2>; title="a, b"; rel=next'], 'https://r/x?a=1,2'],
    [['</p>; rel="prev", </n>; rel="last NEXT"'], '/n'],
    [['</p>; rel=prev', '</n>;rel=next'], '/n'],
    [['</n>; title="rel=next"; rel=prev'], undefined],
    [['/n; rel=next'], undefined],
    [[], undefined],
  ])('of %j is %s', (values, expected) => {
    expect(nextLink(values)).toBe(expected);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-11-23T10:00:00Z');
  it.each([
    ['0', 0],
    ['12', 12_000],
    ['1.5', 1500],
    ['Mon, 23 Nov 2026 10:00:30 GMT', 30_000],
    ['Monday, 23-Nov-26 10:00:30 GMT', 30_000],
    ['Mon Nov 23 10:00:30 2026 GMT', 30_000],
    ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['-1', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('of %s is %s ms', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('redactUrl', () => {
  it('keeps harmless keys, and no user information, signature or state', () => {
    const url = new URL('https://u:p@s3.example/a?X-Amz-Signature=abc&n=5&token&digest=sha256:1&_state=s#f');
    expect(redactUrl(url)).toBe(
      'https://s3.example/a?X-Amz-Signature=redacted&n=5&redacted&digest=sha256:1&_state=redacted',
    );
  });
});
