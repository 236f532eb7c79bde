import { HelmTemplateError, loadChart, renderChart } from '@oci-sync/helm-template';
import type { RenderChart } from './probe-chart.js';
import { runHelm } from './real-helm.js';

/** Renders with the real helm. */
export function helmRenderer(helm: string): RenderChart {
  return async (folder) => {
    const { code, stdout, stderr } = await runHelm(
      helm,
      ['template', 'rel', folder, '--namespace', 'nsp'],
      'off',
    );
    return code === 0 ? { text: stdout.toString() } : { error: stderr.trim() };
  };
}

/** Renders with this project's package. Errors that are not about the chart go through. */
export const renderHere: RenderChart = async (folder) => {
  try {
    const chart = await loadChart(folder);
    const { text } = await renderChart(chart, { releaseName: 'rel', namespace: 'nsp', timeZone: 'UTC' });
    return { text };
  } catch (error) {
    if (error instanceof HelmTemplateError) return { error: error.message };
    throw error;
  }
};
