import { stat } from 'node:fs/promises';
import { DiscoveryError } from '../errors.js';

/** What the text a user gives for a chart means. */
export type ChartReference =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'oci'; readonly text: string }
  /** An archive, or a chart in a repository: `https://host/charts/name`. */
  | { readonly kind: 'url'; readonly url: URL; readonly isArchive: boolean }
  | {
      readonly kind: 'repository';
      readonly repository: string;
      readonly name: string;
      readonly version: string | undefined;
    };

/**
 * Tells what a chart text means. What exists as a file or folder is that, as with helm; then `oci://`, `https://`,
 * and `repository/chart[@version]`.
 *
 * @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND` for anything else, and for a path that is not there.
 */
export async function readChartReference(text: string): Promise<ChartReference> {
  if (text.startsWith('oci://')) return { kind: 'oci', text: text.slice('oci://'.length) };
  if (/^https?:\/\//i.test(text)) return readUrl(text);
  if (await exists(text)) return { kind: 'path', path: text };
  const isPath = /^(?:[./~]|[A-Za-z]:[\\/])/.test(text) || /\.(?:tgz|tar\.gz)$/.test(text);
  const named = /^([^/\s]+)\/([^/@\s]+)(?:@([^@]+))?$/.exec(text);
  if (isPath || named?.[1] === undefined || named[2] === undefined) throw notFound(text, isPath);
  return { kind: 'repository', repository: named[1], name: named[2], version: named[3] };
}

function readUrl(text: string): ChartReference {
  if (!URL.canParse(text)) throw notFound(text, false);
  const url = new URL(text);
  return { kind: 'url', url, isArchive: /\.(?:tgz|tar\.gz)$/.test(url.pathname) };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

function notFound(text: string, isPath: boolean): DiscoveryError {
  return new DiscoveryError(isPath ? `there is no chart at ${text}` : `invalid Helm chart path: ${text}`, {
    code: 'DISCOVERY_CHART_NOT_FOUND',
    hint: 'give a chart directory, a .tgz file, repository/chart, an https:// address or oci://registry/chart',
  });
}
