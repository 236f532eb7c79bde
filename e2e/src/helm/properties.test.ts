import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { evaluateProbes, type ProbeResult } from './probe-chart.js';
import { constraint, format, json, regex, semver, subject, text } from './random-values.js';
import { findHelm } from './real-helm.js';
import { helmRenderer, renderHere } from './renderers.js';
import { canRun } from './shared-fixtures.js';

const helm = findHelm();
const CASES = 300;
const REFUSALS = 5;
const SEED = Number(process.env['OCI_SYNC_SEED'] ?? '20260101');

/** One random input, and what is done with it: `.Values.cases` holds the inputs in order. */
type MakeExpression<T> = (index: number, input: T) => string;

const argument = (index: number, position = ''): string => `(index .Values.cases ${index}${position})`;

function show(result: ProbeResult | undefined): string {
  if (result === undefined || 'error' in result) return 'an error';
  return result.out.toString();
}

/**
 * Evaluates an expression for many random inputs here and with helm, one render for all of them, and expects the
 * same bytes. What is refused here takes a helm run of its own, so only the first few of these are asked.
 */
async function expectAgreement<T>(inputs: fc.Arbitrary<T>, expression: MakeExpression<T>): Promise<void> {
  const cases = fc.sample(inputs, { numRuns: CASES, seed: SEED });
  const expressions = cases.map((input, index) => expression(index, input));
  const temporary = makeTemporaryFolder();
  try {
    const settings = { folder: temporary.path, values: { cases } };
    const ours = await evaluateProbes(expressions, renderHere, settings);
    const isRefused = (index: number): boolean => 'error' in (ours[index] ?? {});
    const refused = cases.map((_, index) => index).filter(isRefused);
    const unasked = new Set(refused.slice(REFUSALS));
    const asked = cases.map((_, index) => index).filter((index) => !unasked.has(index));
    const theirs = await evaluateProbes(
      asked.map((index) => expressions[index] ?? ''),
      helmRenderer(helm ?? 'helm'),
      settings,
      (position) => isRefused(asked[position] ?? 0),
    );
    const differences = asked.flatMap((index, position) => {
      const [expected, actual] = [show(theirs[position]), show(ours[index])];
      return expected === actual ? [] : [{ input: cases[index], helm: expected, ours: actual }];
    });
    expect(differences).toEqual([]);
    // A generator whose inputs are mostly refused would compare nothing.
    expect(refused.length).toBeLessThan(CASES * 0.7);
  } finally {
    temporary.remove();
  }
}

describe.runIf(canRun(helm))('random input: as helm', () => {
  for (const name of [
    'toYaml',
    'toYamlPretty',
    'toJson',
    'toPrettyJson',
    'toRawJson',
    'quote',
    'print',
    'toString',
  ]) {
    it(name, () => expectAgreement(json, (index) => `{{ ${name} ${argument(index)} }}`));
  }

  it('toToml', () =>
    expectAgreement(fc.dictionary(text, json), (index) => `{{ toToml ${argument(index)} }}`));

  it('fromYaml of toYaml', () =>
    expectAgreement(
      fc.dictionary(text, json),
      (index) => `{{ ${argument(index)} | toYaml | fromYaml | toJson }}`,
    ));

  it('fromYamlArray of any text', () =>
    expectAgreement(text, (index) => `{{ kindOf (first (fromYamlArray (print "- " ${argument(index)}))) }}`));

  it('printf', () =>
    expectAgreement(
      fc.tuple(format, json, json),
      (index) => `{{ printf ${argument(index, ' 0')} ${argument(index, ' 1')} ${argument(index, ' 2')} }}`,
    ));

  it('printf of integers', () =>
    expectAgreement(
      fc.tuple(format, fc.integer()),
      (index) => `{{ printf ${argument(index, ' 0')} (int ${argument(index, ' 1')}) }}`,
    ));

  it('semverCompare', () =>
    expectAgreement(
      fc.tuple(constraint, semver),
      (index) => `{{ semverCompare ${argument(index, ' 0')} ${argument(index, ' 1')} }}`,
    ));

  for (const name of ['regexMatch', 'mustRegexFind', 'regexQuoteMeta']) {
    const parts = name === 'regexQuoteMeta' ? [' 1'] : [' 0', ' 1'];
    it(name, () =>
      expectAgreement(
        fc.tuple(regex, subject),
        (index) => `{{ ${name} ${parts.map((position) => argument(index, position)).join(' ')} }}`,
      ),
    );
  }

  it('regexFindAll, regexSplit and regexReplaceAll', () =>
    expectAgreement(fc.tuple(regex, subject), (index) => {
      const both = `${argument(index, ' 0')} ${argument(index, ' 1')}`;
      return `{{ regexFindAll ${both} -1 | toJson }}{{ regexSplit ${both} -1 | toJson }}{{ regexReplaceAll ${both} "<$0|\${n}|$1>" }}`;
    }));

  for (const name of [
    'snakecase',
    'kebabcase',
    'camelcase',
    'title',
    'upper',
    'trunc 5',
    'b64enc',
    'sha256sum',
    'nospace',
  ]) {
    it(name, () => expectAgreement(text, (index) => `{{ ${name} ${argument(index)} }}`));
  }

  for (const name of ['int', 'int64', 'float64', 'toDecimal', 'add1', 'floor', 'addf 1.5', 'default "d"']) {
    it(name, () => expectAgreement(json, (index) => `{{ ${name} ${argument(index)} }}`));
  }

  it('merge and mergeOverwrite', () =>
    expectAgreement(fc.tuple(fc.dictionary(text, json), fc.dictionary(text, json)), (index) => {
      const both = `(deepCopy ${argument(index, ' 0')}) (deepCopy ${argument(index, ' 1')})`;
      return `{{ merge ${both} | toJson }}{{ mergeOverwrite ${both} | toJson }}`;
    }));
});
