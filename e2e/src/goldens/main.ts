/**
 * Asks the real helm for the result of every expression in the given golden files and writes the results back:
 * `node e2e/dist/goldens/main.js FILE…`. To add a case, add `{ "expr": "…" }` and run it.
 */
import { isUtf8 } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import type { GoldenCase, GoldenFile } from '../helm/goldens.js';
import { evaluateProbes, type ProbeResult } from '../helm/probe-chart.js';
import { findHelm, HELM_VERSION } from '../helm/real-helm.js';
import { helmRenderer } from '../helm/renderers.js';

function goldenCase(expr: string, result: ProbeResult | undefined): GoldenCase {
  if (result === undefined || 'error' in result) return { expr, error: true };
  return isUtf8(result.out)
    ? { expr, out: result.out.toString() }
    : { expr, outBase64: result.out.toString('base64') };
}

async function remake(path: string, helm: string): Promise<void> {
  const file = JSON.parse(readFileSync(path, 'utf8')) as GoldenFile;
  const expressions = file.cases.map(({ expr }) => expr);
  const temporary = makeTemporaryFolder();
  try {
    const settings = { folder: temporary.path, values: file.values };
    const results = await evaluateProbes(expressions, helmRenderer(helm), settings);
    const cases = expressions.map((expr, index) => goldenCase(expr, results[index]));
    const lines = cases.map((entry) => `    ${JSON.stringify(entry)}`).join(',\n');
    const values = JSON.stringify(file.values);
    writeFileSync(
      path,
      `{\n  "helm": "${HELM_VERSION}",\n  "values": ${values},\n  "cases": [\n${lines}\n  ]\n}\n`,
    );
    const failures = cases.filter((entry) => 'error' in entry).length;
    console.log(`${path}: ${cases.length} cases, ${failures} of them errors`);
  } finally {
    temporary.remove();
  }
}

const helm = findHelm();
if (helm === undefined) throw new Error('helm is not installed: run node e2e/dist/parts/main.js');
for (const path of process.argv.slice(2)) await remake(path, helm);
