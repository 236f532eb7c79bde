import { isRepository, type RegistryReference } from '@oci-sync/oci-client';
import { DiscoveryError } from '../errors.js';

/** The name template where none is given: what the RunWhen script does. */
export const defaultNameTemplate = '{prefix}/{name}';

const placeholders = ['prefix', 'name', 'path', 'host', 'org'] as const;
type Placeholder = (typeof placeholders)[number];

/** Shortest repository name. AWS ECR API, `repositoryName`. */
const shortestEcrName = 2;

/**
 * Checks a name template.
 * @throws DiscoveryError `DISCOVERY_OPTION_INVALID` for unknown placeholders, or when all images would get one name.
 */
export function checkNameTemplate(template: string): void {
  const used = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
  const unknown = used.find((name) => !placeholders.some((known) => known === name));
  const hint = `placeholders are ${placeholders.map((name) => `{${name}}`).join(' ')}`;
  if (unknown !== undefined) {
    throw new DiscoveryError(`the name template has an unknown placeholder {${unknown}}`, {
      code: 'DISCOVERY_OPTION_INVALID',
      hint,
    });
  }
  if (!used.includes('name') && !used.includes('path')) {
    throw new DiscoveryError(`the name template "${template}" gives every image the same repository`, {
      code: 'DISCOVERY_OPTION_INVALID',
      hint: `use {name} or {path}; ${hint}`,
    });
  }
}

/**
 * The destination repository of an image. `{prefix}` is the given prefix, `{path}` the source repository,
 * `{name}` its last segment, `{org}` what stands before that (empty for one segment), `{host}` the registry,
 * `:` of a port as `-`. Empty parts leave no `/` behind.
 */
export function destinationName(template: string, prefix: string, source: RegistryReference): string {
  const slash = source.repository.lastIndexOf('/');
  const values: Record<Placeholder, string> = {
    prefix,
    path: source.repository,
    name: source.repository.slice(slash + 1),
    org: slash === -1 ? '' : source.repository.slice(0, slash),
    host: source.registry.toLowerCase().replaceAll(/[[\]]/g, '').replaceAll(/:+/g, '-'),
  };
  return template
    .replaceAll(/\{(prefix|path|name|org|host)\}/g, (_, name: Placeholder) => values[name])
    .replaceAll(/\/{2,}/g, '/')
    .replaceAll(/^\/|\/$/g, '');
}

/** What is wrong with a destination repository's name, or `undefined`. */
export function nameProblem(repository: string, rules: 'oci' | 'ecr'): string | undefined {
  if (!isRepository(repository)) {
    return repository === repository.toLowerCase()
      ? `"${repository}" is not a repository name`
      : `"${repository}" has upper-case letters`;
  }
  if (rules === 'ecr' && repository.length < shortestEcrName) {
    return `"${repository}" is shorter than ${shortestEcrName} characters, which ECR refuses`;
  }
  return undefined;
}
