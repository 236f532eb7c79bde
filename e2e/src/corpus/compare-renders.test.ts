import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { compareRenders, type Comparison } from './compare-renders.js';
import { findDisagreements } from './helm-agreement.js';
import { openJournal } from './journal.js';
import { judge } from './judge.js';
import { allMutations } from './mutations.js';
import { RandomFields } from './random-fields.js';
import type { Render } from './render-both.js';

const document = (source: string, text: string): string => `---\n# Source: c/templates/${source}\n${text}\n`;
const pod = (image: string, token = 'x'): string =>
  document(
    'pod.yaml',
    `kind: Pod\nspec:\n  containers:\n    - image: ${image}\n      env: [{name: T, value: ${token}}]`,
  );
const never = (): Promise<string> => Promise.reject(new Error('not needed'));

describe('compareRenders', () => {
  it('takes equal texts as equal without another render', async () => {
    const result = await compareRenders(pod('a/b:1'), pod('a/b:1'), never);
    expect(result).toEqual({ documents: 1, equalDocuments: 1, imagesEqual: true, problems: [] });
  });

  it('takes other quoting, order of keys and comments as equal', async () => {
    const ours = document(
      'pod.yaml',
      '# hi\nspec: {containers: [{env: [{value: x, name: "T"}], image: "a/b:1"}]}\nkind: Pod',
    );
    const result = await compareRenders(pod('a/b:1'), ours, () => Promise.resolve(pod('a/b:1')));
    expect(result).toMatchObject({ equalDocuments: 1, imagesEqual: true, problems: [] });
  });

  it('finds another image', async () => {
    const result = await compareRenders(pod('a/b:1'), pod('a/b:2'), () => Promise.resolve(pod('a/b:1')));
    expect(result).toMatchObject({ equalDocuments: 0, imagesEqual: false });
  });

  it('finds a number that became text', async () => {
    const [helm, ours] = [document('a.yaml', 'port: 80'), document('a.yaml', 'port: "80"')];
    const result = await compareRenders(helm, ours, () => Promise.resolve(helm));
    expect(result).toMatchObject({ equalDocuments: 0, imagesEqual: true });
  });

  it('leaves out what differs between two renders of helm, and only that', async () => {
    const again = (): Promise<string> => Promise.resolve(pod('a/b:1', 'random2'));
    const random = await compareRenders(pod('a/b:1', 'random1'), pod('a/b:1', 'ours'), again);
    expect(random).toMatchObject({ equalDocuments: 1, imagesEqual: true });
    const image = await compareRenders(pod('a/b:1', 'random1'), pod('a/b:2', 'ours'), again);
    expect(image).toMatchObject({ equalDocuments: 0, imagesEqual: false });
  });

  it('asks again where a random field came out the same by chance', async () => {
    const tokens = ['random2', 'random1', 'random1'];
    const again = (): Promise<string> => Promise.resolve(pod('a/b:1', tokens.pop()));
    const result = await compareRenders(pod('a/b:1', 'random1'), pod('a/b:1', 'ours'), again);
    expect(result).toMatchObject({ equalDocuments: 1, problems: [] });
    expect(tokens).toEqual([]);
  });

  it('finds documents that are missing, extra or in another order', async () => {
    const [a, b] = [document('a.yaml', 'a: 1'), document('b.yaml', 'b: 1')];
    const compare = (ours: string): Promise<unknown> =>
      compareRenders(a + b, ours, () => Promise.resolve(a + b));
    expect(await compare(a)).toMatchObject({ documents: 2, equalDocuments: 1 });
    expect(await compare(b + a)).toMatchObject({ documents: 2, equalDocuments: 1 });
    expect(await compare(a + b + pod('x/y:1'))).toMatchObject({ equalDocuments: 2, imagesEqual: false });
  });
});

describe('judge', () => {
  it('tells refusals of one side from refusals of both', async () => {
    const unused = (): Promise<{ readonly output: string }> => Promise.resolve({ output: '' });
    const outcome = async (helm: object, ours: object): Promise<boolean> =>
      (await judge(helm as { output: string }, ours as { output: string }, unused)).sameOutcome;
    expect(await outcome({ refusal: 'a' }, { refusal: 'b' })).toBe(true);
    expect(await outcome({ refusal: 'a' }, { output: '' })).toBe(false);
    expect(await outcome({ output: '' }, { refusal: 'a' })).toBe(false);
    expect(await outcome({ refusal: 'a' }, { crash: 'a' })).toBe(false);
  });
});

describe('RandomFields', () => {
  const secret = (password: string, image = 'a/b:1'): string =>
    `---\n# Source: c/templates/s.yaml\nkind: Secret\npassword: ${password}\nimage: ${image}\n`;
  const known = new RandomFields();
  let rerenders = 0;
  const compare = (helm: string, ours: string): Promise<Comparison> =>
    compareRenders(helm, ours, () => Promise.resolve(secret(`again${(rerenders += 1)}`)), known);

  it('spare a rerender of what was random before, and nothing else', async () => {
    expect((await compare(secret('helm01'), secret('ours01'))).problems).toEqual([]);
    expect(rerenders).toBe(1);
    expect((await compare(secret('helm02'), secret('ours02'))).problems).toEqual([]);
    expect(rerenders).toBe(1);
    expect((await compare(secret('helm03'), secret('ours03', 'a/c:1'))).imagesEqual).toBe(false);
    expect(rerenders).toBe(4);
  });

  it('do not hide another length', async () => {
    const before = rerenders;
    await compare(secret('helm04'), secret('longer than that'));
    expect(rerenders).toBeGreaterThan(before);
  });
});

describe('findDisagreements', () => {
  const find = (binary: Render, batch: Render): Promise<readonly string[]> =>
    findDisagreements(binary, batch, () => Promise.resolve(binary));

  it('takes the same render and the same refusal as agreement', async () => {
    expect(await find({ output: pod('a/b:1') }, { output: pod('a/b:1') })).toEqual([]);
    expect(await find({ refusal: 'two:\n- a\n- b' }, { refusal: 'two:\n- b\n- a' })).toEqual([]);
  });

  it('finds another text, another refusal and another outcome', async () => {
    expect(await find({ output: pod('a/b:1') }, { output: pod('a/b:1', 'y') })).toHaveLength(1);
    expect(await find({ refusal: 'a' }, { refusal: 'b' })).toHaveLength(2);
    expect(await find({ refusal: 'a' }, { output: pod('a/b:1') })).toHaveLength(1);
  });
});

describe('openJournal', () => {
  it('knows the charts of a run with the same mutations and seed', () => {
    const folder = makeTemporaryFolder();
    const options = { charts: '', helm: '', mutations: 2, seed: 1, journal: join(folder.path, 'journal') };
    const counts = { mutations: 2, possible: 3, documents: 4, equalDocuments: 4, refused: 0, failures: [] };
    const result = { name: 'c.tgz', ...counts };
    openJournal(options).keep(result);
    expect(openJournal(options).find('c.tgz')).toEqual(result);
    expect(openJournal(options).find('d.tgz')).toBeUndefined();
    expect(openJournal({ ...options, mutations: Infinity }).find('c.tgz')).toBeUndefined();
    expect(openJournal({ ...options, seed: 2 }).find('c.tgz')).toBeUndefined();
    folder.remove();
  });
});

describe('allMutations', () => {
  it('flips each boolean and nulls each leaf', () => {
    const names = allMutations({ a: { b: true, c: 1, n: null }, l: [1], e: {} }).map(({ name }) => name);
    expect(names).toEqual(['a.b = false', 'a.b = null', 'a.c = null', 'l = null', 'e = null']);
  });

  it('changes one place only', () => {
    expect(allMutations({ a: { b: false, c: 1 } }).map(({ values }) => values)).toEqual([
      { a: { b: true } },
      { a: { b: null } },
      { a: { c: null } },
    ]);
  });
});
