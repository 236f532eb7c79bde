import { describe, expect, it } from 'vitest';
import { DiscoveryError } from '../errors.js';
import { readIndexEntries, readIndexNames } from './repository-index.js';

const index = `apiVersion: v1
entries:
  alpha:
  - version: 1.0.0
    urls: [alpha-1.0.0.tgz]
    digest: ${'a'.repeat(64)}
  - version: 2.0.0
    removed: true
    urls: [alpha-2.0.0.tgz]
  "beta":
    - version: "0.10"
      urls:
        - https://elsewhere.example.com/beta.tgz
      digest: sha256:${'b'.repeat(64)}
      description: |
        entries:
          alpha:
  empty: []
generated: "2026-01-01T00:00:00Z"
`;

describe.each([
  ['YAML', index],
  ['CRLF', index.replaceAll('\n', '\r\n')],
  [
    'JSON',
    JSON.stringify({
      apiVersion: 'v1',
      entries: {
        alpha: [{ version: '1.0.0', urls: ['alpha-1.0.0.tgz'], digest: 'a'.repeat(64) }],
        beta: [
          {
            version: '0.10',
            urls: ['https://elsewhere.example.com/beta.tgz'],
            digest: `sha256:${'b'.repeat(64)}`,
          },
        ],
        empty: [],
      },
    }),
  ],
])('an index in %s', (_form, text) => {
  it('gives the versions of one chart', () => {
    expect(readIndexEntries('r', text, 'alpha')).toEqual([
      { version: '1.0.0', urls: ['alpha-1.0.0.tgz'], digest: 'a'.repeat(64) },
    ]);
    expect(readIndexEntries('r', text, 'beta')).toEqual([
      { version: '0.10', urls: ['https://elsewhere.example.com/beta.tgz'], digest: 'b'.repeat(64) },
    ]);
    expect(readIndexEntries('r', text, 'empty')).toEqual([]);
    expect(readIndexEntries('r', text, 'gamma')).toBeUndefined();
  });
  it('gives the names', () => {
    expect(readIndexNames('r', text)).toEqual(['alpha', 'beta', 'empty']);
  });
});

it.each(['', '<html></html>', 'entries: 1', 'a: b', '{"entries": {}}'])('refuses %j', (text) => {
  expect(() => readIndexEntries('r', text, 'alpha')).toThrow(DiscoveryError);
});
