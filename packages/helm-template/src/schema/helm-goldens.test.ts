import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { HelmTemplateError } from '../errors.js';
import type { JsonObject, JsonValue } from '../yaml/json-value.js';
import { makeChart } from '../../test/make-archive.js';
import { loadChart } from '../chart/load-chart.js';
import { renderChart } from '../render/prepare-chart.js';

type Golden = readonly [schema: JsonValue, values: JsonObject, accepted: boolean];

const goldens = JSON.parse(
  readFileSync(new URL('../../testdata/schema/goldens.json', import.meta.url), 'utf8'),
) as readonly Golden[];

/** Helm has the meta-schemas at hand; here a reference to another document is refused by name. */
const isReferenceOut = ([schema]: Golden): boolean =>
  JSON.stringify(schema).includes('"$ref":"http://json-schema.org');

async function validate(schema: JsonValue, values: JsonObject): Promise<void> {
  const chart = await loadChart(makeChart({ 'values.schema.json': JSON.stringify(schema) }));
  await renderChart(chart, { values });
}

describe('values are accepted and refused as by helm', () => {
  test.each(goldens.filter((golden) => !isReferenceOut(golden)))(
    '%j with %j: %j',
    async (schema, values, accepted) => {
      if (accepted) await validate(schema, values);
      else await expect(validate(schema, values)).rejects.toBeInstanceOf(HelmTemplateError);
    },
  );
});

test('a reference to another document is refused by name', async () => {
  await expect(validate({ $ref: 'https://example.com/other.json' }, {})).rejects.toThrow(
    'https://example.com/other.json',
  );
});

test('schemas that loop or nest without end are refused, not followed', async () => {
  await expect(validate({ $ref: '#' }, { a: 1 })).rejects.toMatchObject({ code: 'HELM_LIMIT_EXCEEDED' });
  let nested: JsonValue = {};
  for (let depth = 0; depth < 700; depth++) nested = { not: nested };
  await expect(validate(nested, { a: 1 })).rejects.toThrow('nested too deeply');
});

test('a pattern that would take a backtracking engine for ever is matched at once', async () => {
  const text = 'a'.repeat(50_000);
  await expect(validate({ properties: { v: { pattern: '^(a+)+$' } } }, { v: `${text}!` })).rejects.toThrow(
    'pattern',
  );
});
