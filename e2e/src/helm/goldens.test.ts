import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import type { GoldenCase, GoldenFile } from './goldens.js';
import { evaluateProbes, type ProbeResult } from './probe-chart.js';
import { findHelm } from './real-helm.js';
import { helmRenderer } from './renderers.js';
import { canRun } from './shared-fixtures.js';

const helm = findHelm();
const folder = join(
  import.meta.dirname,
  '..',
  '..',
  '..',
  'packages',
  'helm-template',
  'testdata',
  'goldens',
);

/** Of each file this share is asked again; all of them take minutes. */
const EVERY = 20;

function agrees(golden: GoldenCase, result: ProbeResult | undefined): boolean {
  if (result === undefined || 'error' in result) return 'error' in golden;
  if ('out' in golden) return result.out.toString() === golden.out;
  return 'outBase64' in golden && result.out.toString('base64') === golden.outBase64;
}

describe.runIf(canRun(helm))('the goldens of this repository', () => {
  for (const file of readdirSync(folder)) {
    it(`${file} holds what helm says`, async () => {
      const { values, cases } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as GoldenFile;
      const sample = cases.filter((_, index) => index % EVERY === 0);
      const temporary = makeTemporaryFolder();
      try {
        const render = helmRenderer(helm ?? 'helm');
        const expressions = sample.map(({ expr }) => expr);
        const results = await evaluateProbes(expressions, render, { folder: temporary.path, values });
        expect(sample.filter((golden, index) => !agrees(golden, results[index]))).toEqual([]);
      } finally {
        temporary.remove();
      }
    });
  }
});
