import { writeFileSync } from 'node:fs';
import { HelmTemplateError, type JsonObject, type PreparedChart } from '@oci-sync/helm-template';
import { runHelm } from '../helm/real-helm.js';

/** What one side made of a chart. A crash is an error that is not about the chart; helm has none. */
export type Render = { readonly output: string } | { readonly refusal: string } | { readonly crash: string };

const RELEASE = { name: 'rel', namespace: 'ns' };

/** Renders an archive with the real helm; `valuesFile` is overwritten with the values, if there are some. */
export async function renderWithHelm(
  helm: string,
  archive: string,
  values?: { readonly content: JsonObject; readonly file: string },
): Promise<Render> {
  const args = ['template', RELEASE.name, archive, '--namespace', RELEASE.namespace, '--include-crds'];
  if (values !== undefined) {
    writeFileSync(values.file, JSON.stringify(values.content));
    args.push('--values', values.file);
  }
  const { code, stdout, stderr } = await runHelm(helm, args, values === undefined ? 'on' : 'off');
  return code === 0 ? { output: stdout.toString() } : { refusal: stderr.trim() };
}

/** Renders with this project's package. */
export async function renderHere(
  prepare: () => PreparedChart | Promise<PreparedChart>,
  values?: JsonObject,
): Promise<Render> {
  try {
    const prepared = await prepare();
    const { text } = await prepared.render({
      releaseName: RELEASE.name,
      namespace: RELEASE.namespace,
      values,
    });
    return { output: text };
  } catch (error) {
    if (error instanceof HelmTemplateError) return { refusal: `${error.code}: ${error.message}` };
    return { crash: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
