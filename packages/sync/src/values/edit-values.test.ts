import { mergeValues, toJsonValue, type JsonObject } from '@oci-sync/helm-template';
import { GoMap, fromJsonValue } from '@oci-sync/helm-template';
import { describe, expect, it } from 'vitest';
import type { Setting } from './chart-probe.js';
import { editValues } from './edit-values.js';

const repository: Setting = { path: ['image', 'repository'], value: 'mirror.example.com/team/app' };

function table(value: JsonObject): GoMap {
  const made = fromJsonValue(value);
  if (!(made instanceof GoMap)) throw new Error('no table');
  return made;
}

function edit(text: string, settings: readonly Setting[], coalesced: JsonObject = {}): string {
  return editValues(text, settings, table(coalesced));
}

async function valuesOf(text: string): Promise<JsonObject> {
  return toJsonValue(await mergeValues({ valuesFiles: [{ name: 'edited', text }] }));
}

describe('editValues', () => {
  it('makes a fresh file with only what is needed', () => {
    expect(edit('', [repository, { path: ['image', 'tag'], value: '20260101000000' }])).toBe(
      'image:\n  repository: mirror.example.com/team/app\n  tag: "20260101000000"\n',
    );
  });

  it('leaves comments, order, blank lines and quotes as they are', () => {
    const text = [
      '# Ours.',
      'zeta: 1 # first',
      '',
      'image:',
      '  # where it comes from',
      "  repository: 'docker.io/team/app' # old",
      '  tag: "1.0"',
      '',
      'args: [--a, "--b"]',
      'list:',
      '- one',
      '- two',
      'long: this is a rather long text that goes on and on beyond the eighty columns that printers like so much',
      '',
    ].join('\n');
    expect(edit(text, [repository])).toBe(
      text.replace("'docker.io/team/app'", "'mirror.example.com/team/app'"),
    );
  });

  it('adds keys beside what is there', () => {
    expect(edit('image:\n  tag: "1" # pinned\nnext: 1\n', [repository])).toBe(
      'image:\n  tag: "1" # pinned\n  repository: mirror.example.com/team/app\nnext: 1\n',
    );
  });

  it('writes a file that had comments only', async () => {
    const text = edit('# nothing yet\n', [repository]);
    expect(text).toContain('# nothing yet');
    expect(await valuesOf(text)).toEqual({ image: { repository: 'mirror.example.com/team/app' } });
  });

  it('changes one use of an anchor and leaves the others', async () => {
    const text = 'first: &shared\n  tag: "1"\n  registry: a.example\nsecond: *shared\nthird: *shared\n';
    const edited = edit(text, [{ path: ['second', 'registry'], value: 'b.example' }]);
    expect(edited).toContain('first: &shared');
    expect(edited).toContain('third: *shared');
    expect(await valuesOf(edited)).toEqual({
      first: { tag: '1', registry: 'a.example' },
      second: { tag: '1', registry: 'b.example' },
      third: { tag: '1', registry: 'a.example' },
    });
  });

  it('changes what has the anchor and leaves its uses', async () => {
    const text = 'first: &tag "1"\nsecond: *tag\nthird:\n  inner: *tag\n';
    const edited = edit(text, [{ path: ['first'], value: '2' }]);
    expect(await valuesOf(edited)).toEqual({ first: '2', second: '1', third: { inner: '1' } });
  });

  it('changes every use of an anchor together where all of them change', () => {
    const text = 'first: &tag "1"\nsecond: *tag\n';
    const both: Setting[] = [
      { path: ['first'], value: '2' },
      { path: ['second'], value: '2' },
    ];
    expect(edit(text, both)).toBe('first: &tag "2"\nsecond: *tag\n');
  });

  it('keeps what a merge key brings', async () => {
    const text =
      'base: &base\n  image:\n    tag: "1"\n    registry: a.example\nweb:\n  <<: *base\n  port: 80\n';
    const edited = edit(text, [{ path: ['web', 'image', 'registry'], value: 'b.example' }]);
    expect(edited).toContain('<<: *base');
    expect(await valuesOf(edited)).toEqual({
      base: { image: { tag: '1', registry: 'a.example' } },
      web: { image: { tag: '1', registry: 'b.example' }, port: 80 },
    });
  });

  it('takes a list that the file does not have from the chart, whole', async () => {
    const coalesced = {
      sidecars: [
        { name: 'a', image: 'x:1' },
        { name: 'b', image: 'y:1' },
      ],
    };
    const edited = edit('a: 1\n', [{ path: ['sidecars', 1, 'image'], value: 'm.example/y:1' }], coalesced);
    expect(await valuesOf(edited)).toEqual({
      a: 1,
      sidecars: [
        { name: 'a', image: 'x:1' },
        { name: 'b', image: 'm.example/y:1' },
      ],
    });
  });

  it('changes an element of a list in place', () => {
    const text = 'sidecars:\n  # logs\n  - image: x:1\n  - image: y:1 # proxy\n';
    expect(edit(text, [{ path: ['sidecars', 1, 'image'], value: 'm.example/y:1' }])).toBe(
      text.replace('y:1', 'm.example/y:1'),
    );
  });

  it('changes the last of several documents', async () => {
    const edited = edit('image:\n  repository: a\n---\nimage:\n  repository: b\n', [repository]);
    expect(await valuesOf(edited)).toEqual({ image: { repository: 'mirror.example.com/team/app' } });
    expect(edited).toContain('repository: a\n');
  });

  it.each(['1e3', '012', '1_000', 'no', 'true', '1:30', '2026-01-01', '1.10', '', '0x1f', '~'])(
    'writes %j as text that Helm reads as text',
    async (value) => {
      expect(await valuesOf(edit('', [{ path: ['tag'], value }]))).toEqual({ tag: value });
      expect(await valuesOf(edit('tag: main\n', [{ path: ['tag'], value }]))).toEqual({ tag: value });
    },
  );
});
