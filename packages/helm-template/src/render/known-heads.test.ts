import { expect, it } from 'vitest';

import { KnownHeads } from './known-heads.js';

const pod = (name: string): string => `kind: Pod\nmetadata:\n  name: ${name}\n`;

it('reads a document once as long as every render writes it', () => {
  const heads = new KnownHeads();
  const first = heads.read(pod('a'), 'x.yaml');
  expect(first).toMatchObject({ kind: 'Pod', name: 'a' });
  for (let render = 0; render < 3; render += 1) {
    heads.next();
    expect(heads.read(pod('a'), 'other.yaml')).toBe(first);
    expect(heads.read(pod(`b${render}`), 'x.yaml').name).toBe(`b${render}`);
  }
  heads.next();
  heads.next();
  expect(heads.read(pod('a'), 'x.yaml')).not.toBe(first);
});

it('refuses a bad document every time, in the name of the template that wrote it', () => {
  const heads = new KnownHeads();
  for (const template of ['x.yaml', 'y.yaml']) {
    heads.next();
    expect(() => heads.read('a: [', template)).toThrow(`YAML parse error on ${template}`);
  }
});
