import { parseAllDocuments, visit } from 'yaml';
import { runHelm } from '../helm/real-helm.js';
import { partsProgram } from '../parts/parts-folder.js';

/** What the real helm makes of a chart. */
export interface HelmRendering {
  /** The `image` of every container, sorted. */
  readonly images: readonly string[];
  /** What the runner's ConfigMap says about the images of its workers. */
  readonly workers: { readonly registry: string | undefined; readonly repository: string | undefined };
}

/** Renders a chart, as folder or archive, with values files. @throws Error with helm's words when it fails */
export async function renderWithHelm(chart: string, valuesFiles: readonly string[]): Promise<HelmRendering> {
  const flags = valuesFiles.flatMap((file) => ['--values', file]);
  const { code, stdout, stderr } = await runHelm(partsProgram('helm'), ['template', 'rel', chart, ...flags]);
  if (code !== 0) throw new Error(`helm template exited with ${code}: ${stderr}`);
  const text = stdout.toString();
  const images: string[] = [];
  for (const document of parseAllDocuments(text)) {
    visit(document, {
      Map: (_key, node) => {
        const image: unknown = node.has('name') ? node.get('image') : undefined;
        if (typeof image === 'string') images.push(image);
      },
    });
  }
  const field = (name: string): string | undefined => new RegExp(`^ *${name}: "(.*)"$`, 'm').exec(text)?.[1];
  return {
    images: images.sort(),
    workers: { registry: field('imageRegistry'), repository: field('imageRepository') },
  };
}
