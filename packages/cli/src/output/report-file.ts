import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../usage-error.js';
import { toJson } from './json.js';

function unwritable(path: string, cause: unknown): UsageError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new UsageError(`the report cannot be written to ${path}${code}`, { cause });
}

/** Fails before the work, not after it, where a report cannot be written. @throws UsageError */
export async function checkReportPlace(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK);
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** Writes a report as JSON. @throws UsageError */
export async function writeReport(path: string, report: object): Promise<void> {
  try {
    await writeFile(path, toJson(report));
  } catch (cause) {
    throw unwritable(path, cause);
  }
}
