import { randomUUID } from 'node:crypto';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { OciError } from '@oci-sync/oci-client';

/** A file to write into the output folder. */
export interface OutputFile {
  readonly name: string;
  readonly text: string;
}

function unwritable(path: string, cause: unknown): OciError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new OciError(`${path} cannot be written${code}`, {
    code: 'OCI_INVALID_OPTION',
    hint: 'choose another output folder',
    cause,
  });
}

async function sameFile(one: string, other: string): Promise<boolean> {
  const real = async (path: string): Promise<string> => realpath(path).catch(() => resolve(path));
  return (await real(one)) === (await real(other));
}

async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw unwritable(path, cause);
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Makes a folder and those above it. Not by `recursive`, which never ends below /proc (Node 20). */
async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    const above = dirname(directory);
    if (!hasCode(error, 'ENOENT') || above === directory) throw error;
    await makeFolder(above);
    await mkdir(directory);
  }
}

/**
 * Makes the output folder, so that a run fails before its work rather than after when it cannot be written to.
 * @throws OciError `OCI_INVALID_OPTION`
 */
export async function prepareFolder(directory: string): Promise<void> {
  try {
    await makeFolder(directory);
    const probe = join(directory, `.oci-sync-${randomUUID()}`);
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe);
  } catch (cause) {
    throw unwritable(directory, cause);
  }
}

/**
 * Checks that no file of a folder is one of those that must not be written over: the user's values.
 * @throws OciError `OCI_INVALID_OPTION`
 */
export async function protectInputs(
  directory: string,
  names: readonly string[],
  inputs: readonly string[],
): Promise<void> {
  for (const path of names.map((name) => join(directory, name))) {
    for (const input of inputs) {
      if (!(await sameFile(path, input))) continue;
      throw new OciError(`${path} is an input of this run and is not written over`, {
        code: 'OCI_INVALID_OPTION',
        hint: 'choose another output folder',
      });
    }
  }
}

/**
 * Writes files into a folder, each whole or not at all, and resolves with their paths.
 * @throws OciError `OCI_INVALID_OPTION` when a file cannot be written
 */
export async function writeFiles(
  directory: string,
  files: readonly OutputFile[],
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { name, text } of files) {
    const path = join(directory, name);
    await writeAtomically(path, text);
    written.push(path);
  }
  return written;
}
