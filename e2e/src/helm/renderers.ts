import type { RenderChart } from './probe-chart.js';
import { runHelm } from './real-helm.js';

/** Renders with the real helm. */
export function helmRenderer(helm: string): RenderChart {
  return async (folder) => {
    const { code, stdout, stderr } = await runHelm(helm, ['template', 'rel', folder, '--namespace', 'nsp']);
    return code === 0 ? { text: stdout.toString() } : { error: stderr.trim() };
  };
}
