import { posix } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import { HelmTemplateError } from '../errors.js';
import type { ChartFile } from './chart.js';
import { MAX_CHART_BYTES, MAX_FILE_BYTES } from './limits.js';
import { readTar } from './tar.js';

const gunzipAsync = promisify(gunzip);
/** Room for tar headers and padding beside the files themselves. */
const MAX_TAR_BYTES = MAX_CHART_BYTES + 32 * 1024 * 1024;

/**
 * The files of a packaged chart, names without the leading folder. Links are empty files, as for Helm.
 *
 * @param budget - bytes that the files may still have; reduced, so that nested archives share it
 * @throws HelmTemplateError `HELM_CHART_INVALID`, `HELM_LIMIT_EXCEEDED`
 */
export async function readArchive(archive: Uint8Array, budget: { bytes: number }): Promise<ChartFile[]> {
  const files: ChartFile[] = [];
  for (const entry of readTar(await decompress(archive))) {
    if (entry.type === '5' || entry.name.endsWith('/')) continue;
    const name = nameInChart(entry.name);
    if (entry.sizeBytes > MAX_FILE_BYTES) {
      throw tooLarge(`chart file ${name} is larger than the maximum file size ${MAX_FILE_BYTES}`);
    }
    budget.bytes -= entry.sizeBytes;
    if (budget.bytes <= 0) throw tooLarge(`the chart is larger than the maximum size ${MAX_CHART_BYTES}`);
    files.push({ name, data: withoutByteOrderMark(Uint8Array.from(entry.data)) });
  }
  if (files.length === 0) throw new HelmTemplateError('HELM_CHART_INVALID', 'no files in chart archive');
  return files;
}

/** A file's bytes without the UTF-8 byte order mark. */
export function withoutByteOrderMark(data: Uint8Array): Uint8Array {
  return data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf ? data.subarray(3) : data;
}

async function decompress(archive: Uint8Array): Promise<Uint8Array> {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) {
    throw new HelmTemplateError('HELM_CHART_INVALID', 'the chart is no gzipped archive');
  }
  try {
    return await gunzipAsync(archive, { maxOutputLength: MAX_TAR_BYTES });
  } catch (error) {
    if (error instanceof RangeError)
      throw tooLarge(`the chart is larger than the maximum size ${MAX_CHART_BYTES}`);
    const reason = error instanceof Error ? error.message : String(error);
    throw new HelmTemplateError('HELM_CHART_INVALID', `the chart archive cannot be unpacked: ${reason}`, {
      cause: error,
    });
  }
}

function nameInChart(entryName: string): string {
  const delimiter = entryName.includes('\\') ? '\\' : '/';
  const [top, ...rest] = entryName.split(delimiter);
  const name = rest.join('/');
  if (name.startsWith('/')) throw unsafe('chart illegally contains absolute paths');
  const clean = posix.normalize(name);
  if (clean === '.')
    throw unsafe(`chart illegally contains content outside the base directory: ${entryName}`);
  if (clean.startsWith('..')) throw unsafe('chart illegally references parent directory');
  if (/^[a-zA-Z]:\//.test(clean)) throw unsafe('chart contains illegally named files');
  if (top === 'Chart.yaml') throw unsafe('chart yaml not in base directory');
  return clean;
}

function unsafe(message: string): HelmTemplateError {
  return new HelmTemplateError('HELM_CHART_INVALID', message);
}

function tooLarge(message: string): HelmTemplateError {
  return new HelmTemplateError('HELM_LIMIT_EXCEEDED', message);
}
