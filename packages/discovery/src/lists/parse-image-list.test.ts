import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { DiscoveryError } from '../errors.js';
import { parseImageList } from './parse-image-list.js';

function problemsOf(name: string, text: string): readonly string[] {
  try {
    parseImageList(name, text);
    return [];
  } catch (error) {
    if (error instanceof DiscoveryError) return error.problems;
    throw error;
  }
}

describe('text', () => {
  it('reads references, comments and blank lines', () => {
    const text =
      '\uFEFF# extra images\r\n\r\nalpine:3.20  # pinned\r\n  ghcr.io/a/b\r\nlocalhost:5000/app:1\r\n';
    expect(parseImageList('extra.txt', text)).toEqual([
      {
        reference: { kind: 'registry', registry: 'docker.io', repository: 'library/alpine', tag: '3.20' },
        line: 3,
      },
      { reference: { kind: 'registry', registry: 'ghcr.io', repository: 'a/b' }, line: 4 },
      { reference: { kind: 'registry', registry: 'localhost:5000', repository: 'app', tag: '1' }, line: 5 },
    ]);
  });
  it('keeps a # inside a word', () => {
    expect(problemsOf('l.txt', 'ghcr.io/a#b')).toHaveLength(1);
  });
  it('names every bad line', () => {
    const problems = problemsOf('l.txt', 'alpine\nUPPER/Case\na b\noci:dir\n');
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual(['l.txt:2', 'l.txt:3', 'l.txt:4']);
    expect(problems[0]).toContain('upper-case');
    expect(problems[1]).toContain('found 2 words');
  });
  it('is empty when there is nothing', () => {
    expect(parseImageList('-', '')).toEqual([]);
    expect(parseImageList('-', '# nothing\n')).toEqual([]);
  });
});

describe('YAML and JSON', () => {
  const json = JSON.stringify([
    {
      repository_image: 'ghcr.io/runwhen-contrib/runwhen-local',
      destination: 'test/runwhen-local',
      helm_key: 'runwhenLocal',
      tag: '',
    },
    { repository_image: 'docker.io/otel/opentelemetry-collector', tag: '0.109.0' },
  ]);
  const entries = [
    {
      reference: { kind: 'registry', registry: 'ghcr.io', repository: 'runwhen-contrib/runwhen-local' },
      destination: 'test/runwhen-local',
      helmKey: 'runwhenLocal',
      line: 1,
    },
    {
      reference: {
        kind: 'registry',
        registry: 'docker.io',
        repository: 'otel/opentelemetry-collector',
        tag: '0.109.0',
      },
      line: 1,
    },
  ];
  it.each(['images.json', 'stdin'])("reads the script's form as %s", (name) => {
    expect(parseImageList(name, json)).toEqual(entries);
  });
  it('keeps tags that look like numbers as written', () => {
    const text =
      '# numbers\nimages:\n  - repository_image: a/b\n    tag: 1.10\n  - image: a/c\n    tag: 0x10\n';
    expect(parseImageList('stdin', text).map(({ reference, line }) => [reference.tag, line])).toEqual([
      ['1.10', 3],
      ['0x10', 5],
    ]);
  });
  it('reads a list of references', () => {
    expect(parseImageList('stdin', '- alpine\n- busybox:1\n').map(({ line }) => line)).toEqual([1, 2]);
  });
  it.each([
    ['unknown key', '- image: a\n  destintion: b\n', 'l.yaml:2: unknown key "destintion"'],
    ['no image', '- tag: a\n', 'l.yaml:1: repository_image is missing'],
    ['contradicting tag', '- image: a:1\n  tag: "2"\n', 'l.yaml:1: tag "2" contradicts a:1'],
    ['bad destination', '- image: a\n  destination: A:1\n', 'l.yaml:1: destination "A:1"'],
    ['two images', '- image: a\n  repository_image: b\n', 'l.yaml:2: repository_image and image'],
    ['not text', '- image: [a]\n', 'l.yaml:1: image is not text'],
    ['no list', 'a: 1\n', 'l.yaml:1: neither a list'],
    ['a number', '- 1\n', 'l.yaml:1: neither a reference'],
  ])('refuses %s with its line', (_what, text, problem) => {
    const problems = problemsOf('l.yaml', text);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(problem);
  });
  it('refuses what is no YAML, with the line', () => {
    expect(problemsOf('l.yaml', '- a\n- "b\n')[0]).toMatch(/^l\.yaml:[23]: /);
  });
});

test('no text makes it throw anything but a DiscoveryError', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(fc.constantFrom('- ', 'image: ', 'a', ':', '{', '}', '[', '"', '\n', '&a ', '*a', '!!x ', '#'), {
      maxLength: 20,
    }),
  );
  fc.assert(
    fc.property(nasty, fc.constantFrom('l.txt', 'l.yaml', '-'), (text, name) => {
      // Any other error ends the property.
      const problems = problemsOf(name, typeof text === 'string' ? text : text.join(''));
      for (const problem of problems) expect(problem).toMatch(/^(?:l\.txt|l\.yaml|-):\d+: /);
    }),
    { numRuns: 500 },
  );
});
