import { readFile } from 'node:fs/promises';
import { OciError } from '../../errors/oci-error.js';
import {
  authKeys,
  entryCredential,
  helperFor,
  helperServer,
  parseAuthFile,
  type AuthFile,
} from './auth-file.js';
import { helperGet, type HelperEnvironment } from './credential-helper.js';
import type { Credential, CredentialProvider } from './provider.js';

/** Options of {@link authFileProvider}. */
export interface AuthFileProviderOptions {
  /** For reports; also in errors about the file. */
  readonly name: string;
  /** The file's text; `undefined` when there is no file. Read at most once. */
  readonly read: () => Promise<string | undefined>;
  /** What helper programs see. */
  readonly environment: HelperEnvironment;
}

/**
 * Credentials from a docker `config.json` or podman `auth.json`: from the helper program that is responsible for the
 * registry, else (or when it has none) from the file itself. Helpers run once per registry and run.
 */
export function authFileProvider(options: AuthFileProviderOptions): CredentialProvider {
  let reading: Promise<AuthFile | undefined> | undefined;
  const file = (): Promise<AuthFile | undefined> => {
    reading ??= options
      .read()
      .then((text) => (text === undefined ? undefined : parseAuthFile(text, options.name)));
    return reading;
  };
  const answers = new Map<string, Promise<Credential | undefined>>();
  const askHelper = (helper: string, registry: string, refresh: boolean): Promise<Credential | undefined> => {
    const server = helperServer(registry);
    const known = answers.get(server);
    if (known !== undefined && !refresh) return known;
    const asking = helperGet(helper, server, options.environment);
    answers.set(server, asking);
    return asking;
  };
  return {
    name: options.name,
    getCredential: async ({ registry, repository, refresh = false }) => {
      const content = await file();
      if (content === undefined) return undefined;
      const helper = helperFor(content, registry);
      const fromHelper = helper === undefined ? undefined : await askHelper(helper, registry, refresh);
      if (fromHelper !== undefined) return fromHelper;
      for (const key of authKeys(content.auths.keys(), registry, repository)) {
        const credential = entryCredential(content.auths.get(key) ?? {});
        if (credential !== undefined) return credential;
      }
      return undefined;
    },
  };
}

/**
 * A file's text, or `undefined` when it does not exist.
 * @throws OciError `OCI_CREDENTIALS` when it cannot be read.
 */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) {
      return undefined;
    }
    throw new OciError(`the credentials in ${path} cannot be read`, { code: 'OCI_CREDENTIALS', cause });
  }
}
