import { OciError } from '../../errors/oci-error.js';
import type { Credential } from './provider.js';

/** Key of Docker Hub in docker's files and helper programs. docker/cli, `registry.IndexServer`. */
const dockerHubKey = 'https://index.docker.io/v1/';

const dockerHub = 'docker.io';
const dockerHubNames = [dockerHub, 'index.docker.io', 'registry-1.docker.io', 'index.docker.io/v1/'];

/** A docker `config.json` or podman `auth.json`, as far as credentials go. */
export interface AuthFile {
  /** By registry, namespace or legacy URL. */
  readonly auths: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Helper program by registry. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** Helper program for all others. */
  readonly credsStore: string | undefined;
}

/**
 * Reads the text of such a file.
 * @throws OciError `OCI_CREDENTIALS` naming `name` when it is not a JSON object; the message never quotes it.
 */
export function parseAuthFile(text: string, name: string): AuthFile {
  const fields = parseObject(text, name);
  const auths = Object.entries(recordOf(fields['auths'])).map(
    ([key, entry]) => [key, recordOf(entry)] as const,
  );
  const helpers = Object.entries(recordOf(fields['credHelpers'])).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  );
  const store = fields['credsStore'];
  return {
    auths: new Map(auths),
    credHelpers: new Map(helpers),
    credsStore: typeof store === 'string' && store !== '' ? store : undefined,
  };
}

/** The JSON object a text holds. @throws OciError `OCI_CREDENTIALS` */
export function parseObject(text: string, name: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The parser's message would quote the text, secrets included.
    parsed = undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new OciError(`${name} is not a JSON object`, {
      code: 'OCI_CREDENTIALS',
      hint: 'it should look like {"auths": {"registry.example.com": {"auth": "..."}}}',
    });
  }
  return { ...parsed };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** What docker's helper programs call a registry: its host and port, Docker Hub's URL for Docker Hub. */
export function helperServer(registry: string): string {
  return registry === dockerHub ? dockerHubKey : registry;
}

/** The helper program responsible for a registry, if there is one. docker/cli: `credHelpers` before `credsStore`. */
export function helperFor(file: AuthFile, registry: string): string | undefined {
  const names = registry === dockerHub ? [dockerHubKey, ...dockerHubNames] : [registry];
  const own = names.map((name) => file.credHelpers.get(name)).find((helper) => helper !== undefined);
  return own ?? file.credsStore;
}

/**
 * The keys of `auths` that hold a registry's credentials, most specific first: namespaces of the repository
 * (containers-auth.json.5), the registry, Docker Hub's other names, and legacy URLs of the registry. A namespace is
 * never taken for the whole registry.
 */
export function authKeys(keys: Iterable<string>, registry: string, repository?: string): readonly string[] {
  const namespaces: string[] = [];
  const segments = repository === undefined ? [] : repository.split('/');
  for (let length = segments.length; length > 0; length -= 1) {
    namespaces.push(`${registry}/${segments.slice(0, length).join('/')}`);
  }
  const names = registry === dockerHub ? [dockerHubKey, ...dockerHubNames] : [registry];
  const present = [...keys];
  const legacy = present.filter((key) => {
    const host = /^https?:\/\/([^/]+)/.exec(key)?.[1];
    return host !== undefined && names.includes(host);
  });
  return [...new Set([...namespaces, ...names, ...legacy])].filter((key) => present.includes(key));
}

/** The credential an entry of `auths` holds; `undefined` for the empty entry that means "a helper has it". */
export function entryCredential(entry: Readonly<Record<string, unknown>>): Credential | undefined {
  const login = entryLogin(entry);
  const identityToken = textOf(entry['identitytoken']);
  if (identityToken !== undefined) {
    return { kind: 'identity-token', token: identityToken, username: login?.username };
  }
  const registryToken = textOf(entry['registrytoken']);
  if (registryToken !== undefined) return { kind: 'registry-token', token: registryToken };
  return login === undefined || login.password === '' ? undefined : { kind: 'basic', ...login };
}

function entryLogin(
  entry: Readonly<Record<string, unknown>>,
): { readonly username: string; readonly password: string } | undefined {
  const encoded = textOf(entry['auth']);
  if (encoded === undefined) {
    const username = textOf(entry['username']);
    const password = textOf(entry['password']);
    return username === undefined || password === undefined ? undefined : { username, password };
  }
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return undefined;
  // docker pads some passwords with zero bytes (docker/cli, decodeAuth).
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
