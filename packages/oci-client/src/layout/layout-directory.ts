import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OciError } from '../errors/oci-error.js';
import { writeAtomically } from './atomic-file.js';
import { isMissingFile, layoutError } from './layout-error.js';
import { createIndex } from './layout-index.js';
import type { LayoutPaths } from './layout-paths.js';

const markerText = '{"imageLayoutVersion":"1.0.0"}';
const mostMarkerBytes = 4096;
const abandonedAfterMs = 24 * 60 * 60 * 1000;

/**
 * Whether the directory is an OCI image layout; `false` when it has no `oci-layout` file.
 * @throws OciError `OCI_LAYOUT` when that file is malformed or of a version other than 1.
 */
export async function isLayout(paths: LayoutPaths): Promise<boolean> {
  const version = await readVersion(paths);
  if (version === undefined) return false;
  if (!version.startsWith('1.')) throw layoutError(paths.root, `unsupported imageLayoutVersion ${version}`);
  return true;
}

async function readVersion(paths: LayoutPaths): Promise<string | undefined> {
  try {
    const { size } = await stat(paths.marker);
    if (size <= mostMarkerBytes) {
      const marker: unknown = JSON.parse(await readFile(paths.marker, 'utf8'));
      if (typeof marker === 'object' && marker !== null && 'imageLayoutVersion' in marker) {
        return String(marker.imageLayoutVersion);
      }
    }
  } catch (error) {
    if (isMissingFile(error)) return undefined;
    throw layoutError(paths.root, 'cannot read the oci-layout file', error);
  }
  throw layoutError(paths.root, 'no imageLayoutVersion in the oci-layout file');
}

/**
 * Makes the directory an OCI image layout if it is not one yet: it may be missing or empty, but a directory with
 * other content is left alone. Files abandoned by a killed process a day before `nowMs` are removed.
 * @throws OciError `OCI_LAYOUT`
 */
export async function prepareLayout(paths: LayoutPaths, nowMs: number): Promise<void> {
  try {
    await mkdir(paths.root, { recursive: true });
    const names = await readdir(paths.root);
    await removeAbandoned(paths, names, nowMs);
    if (await isLayout(paths)) return;
    const foreign = names.find((name) => !paths.isOwn(name));
    if (foreign !== undefined) {
      throw new OciError(`${paths.root} is not an OCI image layout, but has other files ("${foreign}")`, {
        code: 'OCI_LAYOUT',
        hint: 'choose a directory that is empty or does not exist yet',
      });
    }
    await mkdir(paths.blobs, { recursive: true });
    await createIndex(paths);
    await writeAtomically(paths, paths.marker, new TextEncoder().encode(markerText));
  } catch (error) {
    throw layoutError(paths.root, 'cannot write', error);
  }
}

async function removeAbandoned(paths: LayoutPaths, names: readonly string[], nowMs: number): Promise<void> {
  for (const name of names.filter((each) => paths.isTemporary(each))) {
    const path = join(paths.root, name);
    try {
      if (nowMs - (await stat(path)).mtimeMs > abandonedAfterMs) await rm(path);
    } catch (error) {
      // Another process was faster.
      if (!isMissingFile(error)) throw error;
    }
  }
}
