import { readFile } from 'node:fs/promises';
import type { HelmRepository } from './helm-repository.js';
import { DiscoveryError } from '../errors.js';
import { isObject, textOf } from '../json/json-access.js';
import { parseYamlDocuments } from '../json/yaml-documents.js';
import type { JsonValue } from '@oci-sync/helm-template';

/**
 * Reads helm's own `repositories.yaml`. A file that is not there holds none; entries without name or address are
 * left out. Certificates in it are not used: they belong to the fetcher's settings.
 *
 * @throws DiscoveryError `DISCOVERY_INPUT_INVALID` when the file is there but cannot be read.
 */
export async function readRepositoriesFile(path: string): Promise<readonly HelmRepository[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw invalid(path, error);
  }
  const [file] = parseYamlDocuments(text) ?? [];
  const list = isObject(file) ? file['repositories'] : undefined;
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid(path, undefined);
  return (list as readonly JsonValue[]).flatMap((entry) => {
    if (!isObject(entry)) return [];
    const [name, url] = [textOf(entry['name']), textOf(entry['url'])];
    if (name === undefined || url === undefined) return [];
    return [
      {
        name,
        url,
        username: textOf(entry['username']),
        password: textOf(entry['password']),
        passCredentialsAll: entry['pass_credentials_all'] === true,
      },
    ];
  });
}

function invalid(path: string, cause: unknown): DiscoveryError {
  return new DiscoveryError(`helm's repositories file ${path} cannot be read`, {
    code: 'DISCOVERY_INPUT_INVALID',
    cause,
  });
}

/** The repository of that name. @throws DiscoveryError `DISCOVERY_CHART_NOT_FOUND` */
export function repositoryByName(
  repositories: readonly HelmRepository[],
  name: string,
  chart: string,
): HelmRepository {
  const found = repositories.find((repository) => repository.name === name);
  if (found !== undefined) return found;
  const known = repositories.map((repository) => repository.name).join(', ');
  throw new DiscoveryError(`there is no chart repository called "${name}", as in ${chart}`, {
    code: 'DISCOVERY_CHART_NOT_FOUND',
    hint: `name it with --helm-repo ${name}=https://…${known === '' ? '' : `; known are ${known}`}`,
  });
}

/** The repository at that address, with its credentials where it is a known one. */
export function repositoryByUrl(repositories: readonly HelmRepository[], url: string): HelmRepository {
  const address = url.replace(/\/+$/, '');
  return repositories.find((known) => known.url.replace(/\/+$/, '') === address) ?? { name: url, url };
}
