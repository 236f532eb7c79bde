import { mkdirSync, writeFileSync } from 'node:fs';
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
 */
export async function evaluateProbes(
  expressions: readonly string[],
  render: RenderChart,
  settings: ProbeSettings,
): Promise<ProbeResult[]> {
  const results: ProbeResult[] = [];
  for (let start = 0; start < expressions.length; start += BATCH_SIZE) {
    results.push(...(await evaluateBatch(expressions.slice(start, start + BATCH_SIZE), render, settings)));
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
  mkdirSync(templates, { recursive: true });
  writeFileSync(join(folder, 'Chart.yaml'), 'apiVersion: v2\nname: probe\nversion: 0.1.0\n');
  writeFileSync(join(folder, 'values.yaml'), JSON.stringify(values));
  const files = Array.from({ length: BATCH_SIZE }, (_, index) => expressions[index]);
  for (const [index, expression] of files.entries()) {
    const text =
      expression === undefined
        ? ''
        : `{{- define "probe${index}" -}}${expression}{{- end -}}\nresult ${index}: {{ include "probe${index}" . | b64enc | quote }}\n`;
    writeFileSync(join(templates, `probe${index}.yaml`), text);
  }
}

function readResults(count: number, text: string): ProbeResult[] {
  const found = new Map([...text.matchAll(RESULT)].map(([, index, base64 = '']) => [Number(index), base64]));
  return Array.from({ length: count }, (_, index) => {
    const base64 = found.get(index);
    if (base64 === undefined) throw new Error(`the render holds no result for expression ${index}`);
    return { out: Buffer.from(base64, 'base64') };
  });
}
