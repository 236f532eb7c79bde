import { readFile, stat } from 'node:fs/promises';

import { HelmTemplateError } from '../errors.js';
import { readArchive } from './archive.js';
import type { Chart, ChartFile } from './chart.js';
import { readDirectory } from './directory.js';
import { MAX_CHART_BYTES } from './limits.js';
import { loadFiles } from './load-files.js';

export interface LoadChartOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a chart with the charts in its `charts/` folder.
 *
 * @param source - path of a chart directory or of a `.tgz`, or the bytes of a `.tgz`
 * @throws HelmTemplateError `HELM_CHART_NOT_FOUND`, `HELM_CHART_INVALID`, `HELM_VALUES_INVALID` (values.yaml),
 *   `HELM_LIMIT_EXCEEDED` (5 MiB a file, 100 MiB a chart); `signal.reason` once the signal aborts
 */
export async function loadChart(source: string | Uint8Array, options: LoadChartOptions = {}): Promise<Chart> {
  const { signal } = options;
  signal?.throwIfAborted();
  const budget = { bytes: MAX_CHART_BYTES };
  const files =
    typeof source === 'string' ? await readPath(source, budget, signal) : await readArchive(source, budget);
  signal?.throwIfAborted();
  return loadFiles(files, { budget, depth: 0 });
}

async function readPath(
  path: string,
  budget: { bytes: number },
  signal: AbortSignal | undefined,
): Promise<ChartFile[]> {
  try {
    const status = await stat(path);
    if (status.isDirectory()) return await readDirectory(path, signal);
    if (status.size > MAX_CHART_BYTES) {
      throw new HelmTemplateError(
        'HELM_LIMIT_EXCEEDED',
        `${path} is larger than the maximum size ${MAX_CHART_BYTES}`,
      );
    }
    return await readArchive(await readFile(path, signal === undefined ? {} : { signal }), budget);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new HelmTemplateError('HELM_CHART_NOT_FOUND', `cannot read chart ${path}: ${error.message}`, {
      hint: 'give a chart directory or a .tgz file',
      cause: error,
    });
  }
}
