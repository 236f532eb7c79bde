import { describe, expect, it } from 'vitest';
import { readConfigFile } from './read-config-file.js';
import { readSettingsSchema } from './setting-kinds.js';

const read = (text: string) => readConfigFile('a.yaml', text, readSettingsSchema());

describe('readConfigFile', () => {
  it('reads settings, and tells where each stands', () => {
    const file = read('# mine\nprefix: apps\ncharts:\n  - chart: ./a\n    set: [x=1]\n');
    expect(file.values).toEqual({ prefix: 'apps', charts: [{ chart: './a', set: ['x=1'] }] });
    expect(file.place(['prefix'])).toBe('a.yaml:2:1');
    expect(file.place(['charts', 0, 'set'])).toBe('a.yaml:5:5');
  });
  it.each(['', '# nothing yet\n', '{}'])('%j has no settings', (text) => {
    expect(read(text).values).toEqual({});
  });
  it.each([
    ['prefix: a\nprefx: b\n', 'a.yaml:2:1: unknown setting "prefx"', 'did you mean prefix?'],
    ['xyz: 1\n', 'a.yaml:1:1: unknown setting "xyz"', 'settings here: registry, prefix,'],
    [
      'charts:\n  - chart: x\n    valuse: y\n',
      'a.yaml:3:5: unknown setting "valuse"',
      'did you mean values?',
    ],
    ['charts:\n  - version: 1.0.0\n', 'a.yaml:2:5: chart is missing', undefined],
    ['registry: 5000\n', 'a.yaml:1:1: registry has to be a text (quote it)', undefined],
    ['platform: {a: b}\n', 'a.yaml:1:1: platform has to be a text (quote it) or a list', undefined],
    ['only: [a, 1]\n', 'a.yaml:1:11: only has to be a text (quote it)', undefined],
    ['dateTags: yes\n', 'a.yaml:1:1: dateTags has to be true or false', undefined],
    ['concurrency: 1.5\n', 'a.yaml:1:1: concurrency has to be a whole number', undefined],
    ['concurrency: 0\n', 'a.yaml:1:1: concurrency must be >= 1', undefined],
    ['output: xml\n', 'a.yaml:1:1: output has to be one of text, json', undefined],
    ['out: ""\n', 'a.yaml:1:1: out is empty', undefined],
    ['registries:\n  h.io: {username: u}\n', 'a.yaml:2:3: username needs password', undefined],
    ['registries:\n  h.io: {type: ecr}\n', 'a.yaml:2:3: type needs region', undefined],
    ['- a\n', 'a.yaml:1:1: the file has to be a mapping', undefined],
    ['text\n', 'a.yaml:1:1: the file has to be a mapping', undefined],
    ['prefix: a\nprefix: b\n', 'a.yaml:2:1: Map keys must be unique', undefined],
    ['prefix: "a\n', /^a\.yaml:2:1: Missing closing "quote/, undefined],
    ['a: 1\nb: 2\nc: 3\n', 'a.yaml:1:1: unknown setting "a" (and 2 more)', 'settings here'],
  ])('%j is refused', (text, message, hint) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        name: 'UsageError',
        message:
          typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
        hint: hint === undefined ? undefined : expect.stringContaining(hint),
      }),
    );
  });
  it('does not blow up aliases', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef']) {
      bomb.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(', ')}]`);
    }
    expect(() => read(bomb.join('\n'))).toThrow('Excessive alias count');
  });
});
