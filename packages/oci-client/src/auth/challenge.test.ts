import {
  array,
  assert,
  constantFrom,
  property,
  string,
  stringMatching,
  tuple,
  uniqueArray,
} from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.js';

const plain = (headers: readonly string[]) =>
  parseChallenges(headers).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);

describe('parseChallenges', () => {
  it.each([
    [
      ['Bearer realm="https://auth.example/token",service="r",scope="repository:a/b:pull,push"'],
      [['bearer', { realm: 'https://auth.example/token', service: 'r', scope: 'repository:a/b:pull,push' }]],
    ],
    [
      ['Bearer realm="https://c/t",scope="*",Basic realm="c, d"'],
      [
        ['bearer', { realm: 'https://c/t', scope: '*' }],
        ['basic', { realm: 'c, d' }],
      ],
    ],
    [
      ['Basic realm="a \\"quoted\\" \\\\ one"', 'BEARER Realm = x , error=insufficient_scope'],
      [
        ['basic', { realm: 'a "quoted" \\ one' }],
        ['bearer', { realm: 'x', error: 'insufficient_scope' }],
      ],
    ],
    [
      ['Negotiate, NTLM TlRMTVNTUAAB==, , Basic realm=""'],
      [
        ['negotiate', {}],
        ['ntlm', {}],
        ['basic', { realm: '' }],
      ],
    ],
    [['Bearer realm="a",realm="b"'], [['bearer', { realm: 'a' }]]],
    [['Bearer realm="never closed'], [['bearer', {}]]],
    [['realm="no scheme"'], []],
    [['"'], []],
    [[], []],
  ])('reads %j', (headers, expected) => {
    expect(plain(headers)).toEqual(expected);
  });

  it('never throws', () => {
    assert(
      property(array(string({ unit: 'binary' })), (headers) => {
        expect(parseChallenges(headers)).toBeInstanceOf(Array);
      }),
    );
    const pieces = constantFrom('Bearer', 'Basic', ' ', ',', '=', '"', '\\', 'realm', 'x', '\t', '==');
    assert(
      property(array(pieces, { maxLength: 40 }), (text) => {
        expect(parseChallenges([text.join('')])).toBeInstanceOf(Array);
      }),
    );
  });

  it('reads back what is written by the rules', () => {
    const token = stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
    const parameters = uniqueArray(tuple(token, string()), {
      selector: ([name]) => name.toLowerCase(),
      maxLength: 5,
    });
    const challenges = array(tuple(token, parameters), { maxLength: 4 });
    assert(
      property(challenges, (list) => {
        const text = list.map(([scheme, pairs]) => {
          const written = pairs.map(([name, value]) => `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`);
          return written.length === 0 ? scheme : `${scheme} ${written.join(', ')}`;
        });
        const expected = list.map(([scheme, pairs]) => [
          scheme.toLowerCase(),
          Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])),
        ]);
        expect(plain(text)).toEqual(expected);
        expect(plain([text.join(', ')])).toEqual(expected);
      }),
    );
  });
});
