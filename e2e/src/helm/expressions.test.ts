import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeTemporaryFolder, type TemporaryFolder } from '../parts/temporary-folder.js';
import { HELM_VERSION } from './real-helm.js';
import { renderHere } from './renderers.js';
import { canRun, sharedHelmFolder } from './shared-fixtures.js';

/** An expression with what several releases of helm made of it. */
interface SharedExpression {
  readonly expr: string;
  readonly [HELM_VERSION]: { readonly out?: string; readonly error?: boolean };
}

const shared = sharedHelmFolder();
const expressionsFile = join(shared, 'expressions.json');

describe.runIf(canRun(expressionsFile))('the measured expressions', () => {
  let folder: TemporaryFolder;
  let expressions: readonly SharedExpression[];

  beforeAll(() => {
    folder = makeTemporaryFolder();
    cpSync(join(shared, 'probe-chart'), folder.path, { recursive: true });
    expressions = JSON.parse(readFileSync(expressionsFile, 'utf8')) as readonly SharedExpression[];
  });
  afterAll(() => folder.remove());

  async function evaluate(
    expression: string,
  ): Promise<{ readonly out: string } | { readonly error: string }> {
    const text = expression.replaceAll('\\n!', '\n');
    writeFileSync(
      join(folder.path, 'templates', 'x.yaml'),
      `{{- define "probe" -}}${text}{{- end -}}\n{{- define "echo" -}}{{ . }}{{- end -}}\nout: {{ include "probe" . | toJson }}\n`,
    );
    const rendered = await renderHere(folder.path);
    if ('error' in rendered) return rendered;
    const json = /^out: (.*)$/m.exec(rendered.text)?.[1];
    return { out: JSON.parse(json ?? 'null') as string };
  }

  it('gives what helm gives, and fails where helm fails', async () => {
    const differences: unknown[] = [];
    for (const { expr, [HELM_VERSION]: expected } of expressions) {
      const actual = await evaluate(expr);
      const isSame =
        expected.error === true ? 'error' in actual : 'out' in actual && actual.out === expected.out;
      if (!isSame) differences.push({ expr, expected, actual });
    }
    expect(expressions.length).toBe(213);
    expect(differences).toEqual([]);
  });
});
