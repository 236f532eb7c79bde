import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { HelmTemplateError } from '../errors.js';
import { compareStrings, fromBytes } from '../go/byte-string.js';
import { withoutByteOrderMark } from './archive.js';
import type { ChartFile } from './chart.js';
import { parseHelmIgnore } from './helmignore.js';
import { MAX_CHART_BYTES, MAX_FILE_BYTES } from './limits.js';

/**
 * The files of a chart directory in lexical order, without those that `.helmignore` leaves out. Links are followed,
 * as Helm does; a link to a folder that holds it is an error.
 *
 * @throws HelmTemplateError `HELM_CHART_INVALID`, `HELM_LIMIT_EXCEEDED`; `signal.reason` once the signal aborts
 */
export async function readDirectory(path: string, signal: AbortSignal | undefined): Promise<ChartFile[]> {
  const names = await readdir(path);
  const ignoreText = names.includes('.helmignore')
    ? fromBytes(await readFile(join(path, '.helmignore')))
    : '';
  const walk: Walk = { isIgnored: parseHelmIgnore(ignoreText), signal, files: [], bytes: 0 };
  await visit(walk, path, '', [await realpath(path)]);
  return walk.files;
}

interface Walk {
  readonly isIgnored: (path: string, isDirectory: boolean) => boolean;
  readonly signal: AbortSignal | undefined;
  readonly files: ChartFile[];
  bytes: number;
}

async function visit(
  walk: Walk,
  directory: string,
  prefix: string,
  parents: readonly string[],
): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.sort(compareStrings)) {
    walk.signal?.throwIfAborted();
    const path = join(directory, name);
    const nameInChart = prefix + name;
    const status = await stat(path);
    if (walk.isIgnored(nameInChart, status.isDirectory())) continue;
    if (status.isDirectory()) {
      const real = await realpath(path);
      if (parents.includes(real)) {
        throw new HelmTemplateError(
          'HELM_CHART_INVALID',
          `chart directory ${nameInChart} links to a folder it is in`,
        );
      }
      await visit(walk, path, `${nameInChart}/`, [...parents, real]);
      continue;
    }
    if (!status.isFile()) {
      throw new HelmTemplateError('HELM_CHART_INVALID', `cannot load irregular file ${nameInChart}`);
    }
    walk.bytes += status.size;
    if (status.size > MAX_FILE_BYTES) {
      throw tooLarge(`chart file ${nameInChart} is larger than the maximum file size ${MAX_FILE_BYTES}`);
    }
    // Helm has no such bound for directories; a chart that could not be packed is refused here.
    if (walk.bytes > MAX_CHART_BYTES)
      throw tooLarge(`the chart is larger than the maximum size ${MAX_CHART_BYTES}`);
    walk.files.push({ name: nameInChart, data: withoutByteOrderMark(await readFile(path)) });
  }
}

function tooLarge(message: string): HelmTemplateError {
  return new HelmTemplateError('HELM_LIMIT_EXCEEDED', message);
}
