import { createPrivateKey, generatePrimeSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type TemporaryFolder } from '../parts/temporary-folder.js';
import { findHelmBatch, makeHelmBatch, type HelmBatch } from './helm-batch.js';
import { findHelm, runHelm } from './real-helm.js';

const PRINTS_EVERYTHING = `capabilities: {{ toJson .Capabilities }}
release: {{ toJson .Release }}
values: {{ toJson .Values }}
local: {{ toDate "2006-01-02" "2026-01-31" }}
`;

describe('helm-batch', () => {
  let folder: TemporaryFolder;
  let batch: HelmBatch;
  const helm = findHelm() ?? 'no helm in e2e/.parts';

  beforeAll(() => {
    batch = makeHelmBatch(findHelmBatch() ?? 'no helm-batch in e2e/.parts');
  });
  afterAll(() => batch.stop());
  beforeEach(() => {
    folder = makeTemporaryFolder();
    mkdirSync(join(folder.path, 'templates'));
    write('Chart.yaml', 'apiVersion: v2\nname: probe\nversion: 1.0.0\n');
    write('values.yaml', 'a: 1\nb: {c: text}\n');
    write('templates/x.yaml', PRINTS_EVERYTHING);
    return () => folder.remove();
  });

  const write = (name: string, text: string): void => writeFileSync(join(folder.path, name), text);
  const template = (...more: readonly string[]): readonly string[] => [
    'template',
    'rel',
    folder.path,
    '--namespace',
    'nsp',
    ...more,
  ];
  const expectTheSame = async (args: readonly string[]): Promise<void> => {
    expect(await batch.run(args)).toEqual(await runHelm(helm, args));
  };

  it('prints what helm prints, its version and that of Kubernetes included', async () => {
    await expectTheSame(template());
    write('values-2.yaml', '{"a": null, "b": {"c": false}}');
    await expectTheSame(template('--values', join(folder.path, 'values-2.yaml')));
    // Nothing is left of the run before.
    await expectTheSame(template());
  });

  it.each([
    ['a template that fails', '{{ fail "no" }}'],
    ['a template that is none', '{{ if }}'],
    ['output that is no YAML', 'a: b: c'],
    ['a template that includes itself', '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'],
  ])('refuses %s in the same words', async (_, text) => {
    write('templates/x.yaml', text);
    await expectTheSame(template());
  });

  it('refuses what is no chart and what is no command', async () => {
    await expectTheSame(['template', 'rel', join(folder.path, 'nothing')]);
    await expectTheSame(['templat']);
    await expectTheSame(template('--no-such-flag'));
  });

  it('goes on after it has replaced itself', async () => {
    for (let run = 0; run < 120; run++) expect((await batch.run(template())).code).toBe(0);
    await expectTheSame(template());
  });

  it('makes keys of the primes it is given', async () => {
    const primes = [0, 1, 2].map(() => Buffer.from(generatePrimeSync(1024)));
    const knowing = makeHelmBatch(findHelmBatch() ?? '', new Map([[128, primes]]));
    write('templates/x.yaml', '{{ $ca := genCA "x" 1 }}\nkey: {{ $ca.Key | b64enc }}');
    const { stdout } = await knowing.run(template());
    await knowing.stop();
    const pem = Buffer.from(/key: (.*)/.exec(stdout.toString())?.[1] ?? '', 'base64');
    const { p = '', q = '' } = createPrivateKey(pem).export({ format: 'jwk' });
    const known = primes.map((prime) => prime.toString('base64url'));
    expect(known).toContain(p);
    expect(known).toContain(q);
  });

  it('starts again after a run that took the process down', async () => {
    const dying = makeHelmBatch('false');
    expect(await dying.run(template())).toMatchObject({ code: 1 });
    expect(await dying.run(template())).toMatchObject({ code: 1 });
    await dying.stop();
  });
});
