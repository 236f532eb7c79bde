import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The result of one template expression: what it printed, byte by byte, or that it failed. */
export type ProbeResult = { readonly out: Buffer } | { readonly error: string };

/** Renders a chart folder; `text` holds all documents, one after the other. */
export type RenderChart = (folder: string) => Promise<{ readonly text: string } | { readonly error: string }>;

/** What expressions are evaluated with. */
export interface ProbeSettings {
  /** An empty folder to write charts into. */
  readonly folder: string;
  readonly values: unknown;
}

const BATCH_SIZE = 400;
const RESULT = /^result (\d+): "([A-Za-z0-9+/=]*)"$/gm;

/**
 * Evaluates expressions, as many as possible in one render: a batch that fails is split until the ones that fail
 * stand alone.
 *
 * @param isExpectedToFail - such expressions are rendered one by one from the start, which saves the splitting.
 */
export async function evaluateProbes(
  expressions: readonly string[],
  render: RenderChart,
  settings: ProbeSettings,
  isExpectedToFail: (index: number) => boolean = () => false,
): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  const together = expressions.map((_, index) => index).filter((index) => !isExpectedToFail(index));
  const alone = expressions.map((_, index) => [index]).filter(([index = 0]) => isExpectedToFail(index));
  const batches = Array.from({ length: Math.ceil(together.length / BATCH_SIZE) }, (_, batch) =>
    together.slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE),
  );
  for (const batch of [...batches, ...alone]) {
    const texts = batch.map((index) => expressions[index] ?? '');
    const found = await evaluateBatch(texts, render, settings);
    for (const [position, index] of batch.entries()) {
      const result = found[position];
      if (result !== undefined) results[index] = result;
    }
  }
  return results;
}

async function evaluateBatch(
  expressions: readonly string[],
  render: RenderChart,
  settings: ProbeSettings,
): Promise<ProbeResult[]> {
  writeProbeChart(expressions, settings);
  const rendered = await render(settings.folder);
  if ('text' in rendered) return readResults(expressions.length, rendered.text);
  if (expressions.length === 1) return [rendered];
  const middle = Math.ceil(expressions.length / 2);
  return [
    ...(await evaluateBatch(expressions.slice(0, middle), render, settings)),
    ...(await evaluateBatch(expressions.slice(middle), render, settings)),
  ];
}

/** One file for each expression, so that one that does not parse is found too. */
function writeProbeChart(expressions: readonly string[], { folder, values }: ProbeSettings): void {
  const templates = join(folder, 'templates');
  rmSync(templates, { recursive: true, force: true });
  mkdirSync(templates, { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: probe\nversion: 0.1.0\n');
  writeFileSync(join(folder, 'values.yaml'), yamlText(values));
  for (const [index, expression] of expressions.entries()) {
    const text = `{{- define "probe${index}" -}}${expression}{{- end -}}\nresult ${index}: {{ include "probe${index}" . | b64enc | quote }}\n`;
    writeFileSync(join(templates, `probe${index}.yaml`), text);
  }
}

/** JSON whose strings are ASCII: YAML refuses some characters as they are, and the halves of a pair as JSON escapes them. */
function yamlText(values: unknown): string {
  return JSON.stringify(values).replace(/[^\u0020-\u007e]/gu, (character) => {
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

function readResults(count: number, text: string): ProbeResult[] {
  const found = new Map([...text.matchAll(RESULT)].map(([, index, base64 = '']) => [Number(index), base64]));
  return Array.from({ length: count }, (_, index) => {
    const base64 = found.get(index);
    if (base64 === undefined) throw new Error(`the render holds no result for expression ${index}`);
    return { out: Buffer.from(base64, 'base64') };
  });
}
