import { HelmTemplateError } from '../errors.js';
import { fromBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { GoMap } from '../go/value.js';
import type { EnabledChart } from '../values/dependencies.js';
import { decodeJson } from '../yaml/json-decode.js';
import { checkSchema } from './check-schema.js';
import { SchemaDocument } from './schema-document.js';
import { SchemaError } from './schema-error.js';
import { Validator } from './validator.js';

/**
 * Checks coalesced values against the `values.schema.json` of a chart and of its enabled subcharts.
 *
 * @throws HelmTemplateError `HELM_SCHEMA_VIOLATION` with the first problem, also for a schema that is none or that
 *   refers to another document (Helm would fetch that one); `HELM_LIMIT_EXCEEDED`
 */
export function validateValues(chart: EnabledChart, values: GoMap): void {
  if (chart.chart.schema !== undefined) {
    const problem = validateWith(chart.chart.schema, values, chart.name);
    if (problem !== undefined) {
      throw violation(
        chart.name,
        `values don't meet the specifications of the schema of chart ${chart.name}: ${problem}`,
      );
    }
  }
  for (const subchart of chart.dependencies) {
    const table = values.entries.get(subchart.name);
    if (table instanceof GoMap) validateValues(subchart, table);
  }
}

function validateWith(schema: Uint8Array, values: GoMap, chart: string): string | undefined {
  try {
    const document = new SchemaDocument(decodeJson(fromBytes(schema)));
    checkSchema(document);
    return new Validator(document).validate(values);
  } catch (error) {
    if (!(error instanceof SchemaError) && !(error instanceof GoError)) throw error;
    throw violation(chart, `values.schema.json of chart ${chart} cannot be used: ${error.message}`, error);
  }
}

function violation(chart: string, message: string, cause?: unknown): HelmTemplateError {
  return new HelmTemplateError('HELM_SCHEMA_VIOLATION', message, {
    chart,
    hint: 'correct the values, or skip the schema (--skip-schema-validation)',
    cause,
  });
}
