import { writeFileSync } from 'node:fs';
import {
  HelmTemplateError,
  type JsonObject,
  type PreparedChart,
  type RenderOptions,
} from '@oci-sync/helm-template';
import type { CommandResult } from '../parts/run-command.js';

/** What one side made of a chart. A crash is an error that is not about the chart; helm has none. */
export type Render = { readonly output: string } | { readonly refusal: string } | { readonly crash: string };

/** Runs helm with these arguments. */
export type AskHelm = (args: readonly string[]) => Promise<CommandResult>;

const RELEASE = { name: 'rel', namespace: 'ns' };

/** Renders an archive with the real helm; `valuesFile` is overwritten with the values, if there are some. */
export async function renderWithHelm(
  askHelm: AskHelm,
  archive: string,
  values?: { readonly content: JsonObject; readonly file: string },
): Promise<Render> {
  const args = ['template', RELEASE.name, archive, '--namespace', RELEASE.namespace, '--include-crds'];
  if (values !== undefined) {
    writeFileSync(values.file, JSON.stringify(values.content));
    args.push('--values', values.file);
  }
  const { code, stdout, stderr } = await askHelm(args);
  return code === 0 ? { output: stdout.toString() } : { refusal: stderr.trim() };
}

/** Renders with this project's package. */
export async function renderHere(
  prepare: () => PreparedChart | Promise<PreparedChart>,
  options: Pick<RenderOptions, 'values' | 'randomBytes'> = {},
): Promise<Render> {
  try {
    const prepared = await prepare();
    const { text } = await prepared.render({
      ...options,
      releaseName: RELEASE.name,
      namespace: RELEASE.namespace,
    });
    return { output: text };
  } catch (error) {
    if (error instanceof HelmTemplateError) return { refusal: `${error.code}: ${error.message}` };
    return { crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
