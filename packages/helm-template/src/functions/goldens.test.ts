import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toBytes } from '../go/byte-string.js';
import { GoMap, type GoValue } from '../go/value.js';
import { ExecutionBudget } from '../template/execution-budget.js';
import { TemplateExecutionError, TemplateParseError } from '../template/template-error.js';
import { TemplateSet } from '../template/template-set.js';
import { readYaml } from '../yaml/read.js';
import { createFunctions } from './create-functions.js';

/** What helm 4.1.4 made of an expression; made by `e2e/src/goldens`, with TZ=UTC. */
interface GoldenCase {
  readonly expr: string;
  readonly out?: string;
  readonly outBase64?: string;
  readonly error?: true;
}

const folder = join(import.meta.dirname, '..', '..', 'testdata', 'goldens');
const functions = createFunctions({ randomBytes, clock: Date.now, timeZone: 'UTC' });

function evaluate(expression: string, valuesText: string): string {
  const set = new TemplateSet({ functions });
  const values = readYaml(valuesText);
  if (!(values instanceof GoMap)) throw new TypeError('the values are no map');
  const data = new GoMap(new Map<string, GoValue>([['Values', new GoMap(values.entries, 'common.Values')]]));
  set.addParse('probe.yaml', `{{- define "probe" -}}${expression}{{- end -}}`);
  return set.execute('probe', data, new ExecutionBudget({ maxSteps: 1_000_000 }));
}

for (const file of readdirSync(folder)) {
  const golden = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    readonly values: unknown;
    readonly cases: readonly GoldenCase[];
  };
  const values = JSON.stringify(golden.values);
  describe(`${file}: as helm 4.1.4`, { timeout: 60_000 }, () => {
    const refused = golden.cases.filter(({ error }) => error === true);
    const printed = golden.cases.filter(({ error }) => error !== true);

    it(`prints the same (${printed.length} expressions)`, () => {
      const differences: unknown[] = [];
      for (const { expr, out, outBase64 } of printed) {
        const expected = outBase64 === undefined ? Buffer.from(out ?? '') : Buffer.from(outBase64, 'base64');
        try {
          const actual = Buffer.from(toBytes(evaluate(expr, values)));
          if (!actual.equals(expected))
            differences.push({ expr, expected: expected.toString(), actual: actual.toString() });
        } catch (error) {
          differences.push({ expr, expected: expected.toString(), error: String(error) });
        }
      }
      expect(differences).toEqual([]);
    });

    if (refused.length === 0) return;
    it(`refuses the same (${refused.length} expressions)`, () => {
      const accepted: unknown[] = [];
      for (const { expr } of refused) {
        try {
          accepted.push({ expr, actual: evaluate(expr, values) });
        } catch (error) {
          const isRefusal = error instanceof TemplateExecutionError || error instanceof TemplateParseError;
          if (!isRefusal) accepted.push({ expr, error: String(error) });
        }
      }
      expect(accepted).toEqual([]);
    });
  });
}
