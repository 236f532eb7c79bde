import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { CommandIo } from '../command-io.js';
import { UsageError } from '../usage-error.js';

/** A file's text, or stdin's for `-`. @throws UsageError when it cannot be read */
export async function readText(path: string, io: CommandIo): Promise<string> {
  if (path === '-') return text(io.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    throw new UsageError(
      `${path} cannot be read${code === 'ENOENT' ? ': there is no such file' : code === '' ? '' : `: ${code}`}`,
      { cause },
    );
  }
}
