import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { emitYaml, emitYamlPretty } from './emit.js';
import { toJsonValue } from './json-convert.js';
import { decodeJson } from './json-decode.js';
import { encodeJson } from './json-encode.js';
import type { JsonValue } from './json-value.js';
import { readYaml } from './read.js';
import { YamlError } from './yaml-error.js';

/** Random texts and what helm 4.1.4 made of them. */
function goldens(name: string): readonly (readonly [string, JsonValue])[] {
  return JSON.parse(readFileSync(new URL(`../../testdata/yaml/${name}`, import.meta.url), 'utf8')) as [
    string,
    JsonValue,
  ][];
}

test('YAML reads as fromYaml of helm reads it', () => {
  for (const [text, expected] of goldens('read.json')) {
    if (expected === null) {
      // Helm's error is either goyaml's, or says that the root is no map.
      let root: JsonValue | undefined;
      try {
        root = toJsonValue(readYaml(text));
      } catch (error) {
        expect(error, JSON.stringify(text)).toBeInstanceOf(YamlError);
        continue;
      }
      expect(typeof root === 'object' && root !== null && !Array.isArray(root), JSON.stringify(text)).toBe(
        false,
      );
    } else {
      expect(toJsonValue(readYaml(text)) ?? {}, JSON.stringify(text)).toEqual(expected);
    }
  }
});

test('values print as toYaml of helm prints them', () => {
  for (const [json, expected] of goldens('emit.json')) {
    expect(emitted(emitYaml, json), json).toBe(expected);
  }
});

test('values print as toYamlPretty of helm prints them', () => {
  for (const [json, expected] of goldens('emit-pretty.json')) {
    expect(emitted(emitYamlPretty, json), json).toBe(expected);
  }
});

/** Helm cuts one line break, and prints nothing where it cannot marshal. */
function emitted(emit: typeof emitYaml, json: string): string {
  try {
    return emit(decodeJson(json)).replace(/\n$/, '');
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return '';
  }
}

test('numbers, words and keys resolve as YAML 1.1 without numbers to base 60', () => {
  const read = (text: string): string => encodeJson(readYaml(text));
  expect(read('[yes, No, y, on, ~, null, "yes"]')).toBe('[true,false,true,true,null,null,"yes"]');
  expect(read('[0777, 0o17, 0x1F, 0b11, 1_000, 08, 12:30:45, 1e3, .5, 5., 2020-01-01]')).toBe(
    '[511,15,31,3,1000,8,"12:30:45",1000,0.5,5,"2020-01-01"]',
  );
  expect(read('y: 1\n1: 2\n1.5: 3\nno: 4\n')).toBe('{"1":2,"1.5":3,"false":4,"true":1}');
  expect(read('a: 1\na: 2\n')).toBe('{"a":2}');
  expect(read('b: &x {k: 1, l: 2}\na: {l: 0, <<: *x, k: 3}\n')).toBe('{"a":{"k":3,"l":2},"b":{"k":1,"l":2}}');
  expect(read('[!!string 1, !!str 2, !!int "3", !x y]')).toBe('["1","2",3,"y"]');
});

test('keys such as __proto__ are only keys', () => {
  const value = toJsonValue(readYaml('__proto__: {a: 1}\nconstructor: 2\n'));
  expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
  expect(Object.getPrototypeOf(value)).toBeNull();
  expect(emitYaml(readYaml('{__proto__: 1}'))).toBe('__proto__: 1\n');
});

test('alias bombs and deep nesting are errors, quickly', () => {
  const levels = Array.from({ length: 12 }, (_, level) =>
    level === 0
      ? 'a0: &a0 [x, x, x, x, x, x, x, x, x]'
      : `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
  );
  expect(() => readYaml(levels.join('\n'))).toThrow('excessive aliasing');
  expect(() => readYaml('a: &a [*a]')).toThrow("anchor 'a' value contains itself");
  expect(() => readYaml('['.repeat(100_000))).toThrow('max depth');
  expect(() => readYaml('- '.repeat(100_000))).toThrow('max depth');
  expect(() => decodeJson('['.repeat(100_000))).toThrow('max depth');
});

test('JSON prints as encoding/json prints it', () => {
  const text = '{"a<b>&":"\\u2028\\u0001\\"","n":[1e21,1e-7,1000000,0.5,-0],"e":{},"l":[]}';
  expect(encodeJson(decodeJson(text))).toBe(
    String.raw`{"a\u003cb\u003e\u0026":"\u2028\u0001\"","e":{},"l":[],"n":[1e+21,1e-7,1000000,0.5,-0]}`,
  );
  expect(encodeJson(decodeJson('{"b":[1],"a":{}}'), { indent: '  ' })).toBe(
    '{\n  "a": {},\n  "b": [\n    1\n  ]\n}',
  );
  expect(encodeJson('<\udc80>', { escapeHtml: false })).toBe(String.raw`"<\ufffd>"`);
});

test.each([
  ['', 'unexpected end of JSON input'],
  ['{', 'unexpected end of JSON input'],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['[1 2]', "invalid character '2' after array element"],
  ['nul', 'in literal null'],
  ['01', "invalid character '1' after top-level value"],
  ["'a'", String.raw`invalid character '\'' looking for beginning of value`],
])('JSON %j is refused with %j', (text, message) => {
  expect(() => decodeJson(text)).toThrow(message);
});
