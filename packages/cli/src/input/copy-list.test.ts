import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.js';
import { parseCopyList } from './copy-list.js';

describe('parseCopyList', () => {
  it('reads lines, without comments and blanks', () => {
    expect(parseCopyList('# all of them\na:1  b:1\n\n\tc:2 d:2 # the other\r\n', 'list')).toEqual([
      { source: 'a:1', destination: 'b:1' },
      { source: 'c:2', destination: 'd:2' },
    ]);
  });

  it('reads YAML and JSON lists', () => {
    const expected = [{ source: 'a', destination: 'b', platforms: ['linux/amd64'] }];
    expect(
      parseCopyList('# list\n---\n- source: a\n  destination: b\n  platforms: [linux/amd64]\n', 'list'),
    ).toEqual(expected);
    expect(parseCopyList(JSON.stringify(expected), 'list')).toEqual(expected);
    expect(parseCopyList('[{"source":"a","destination":"b","platforms":"all"}]', 'list')).toEqual([
      { source: 'a', destination: 'b' },
    ]);
  });

  it.each([
    ['a:1', 'list:1: a line is'],
    ['a b\nc d e', 'list:2: a line is'],
    ['[{"source":"a"}]', 'list: entry 1: no destination'],
    ['[{"source":"a","destination":"b","platform":"x"}]', 'unknown field "platform"'],
    ['[{"source":"a","destination":"b","platforms":[1]}]', 'platforms is not a list'],
    ['- a', 'entry 1: not an object'],
    ['[{', 'list: '],
  ])('refuses %j with the place', (text, message) => {
    expect(() => parseCopyList(text, 'list')).toThrow(UsageError);
    expect(() => parseCopyList(text, 'list')).toThrow(message);
  });
});
