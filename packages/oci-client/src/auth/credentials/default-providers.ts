import { homedir } from 'node:os';
import { join } from 'node:path';
import { OciError } from '../../errors/oci-error.js';
import { authFileProvider, readIfPresent } from './auth-file-provider.js';
import type { HelperEnvironment } from './credential-helper.js';
import type { CredentialProvider } from './provider.js';

/** Options of {@link defaultCredentialProviders}. */
export interface DefaultProvidersOptions {
  /** @default process.env */
  readonly environment?: HelperEnvironment | undefined;
  /** @default the user's */
  readonly homeDirectory?: string | undefined;
  /** The one file to look into, in place of all others; it must exist. */
  readonly authFile?: string | undefined;
}

/**
 * Where docker and podman keep credentials, in the order they are asked: `DOCKER_AUTH_CONFIG` (the JSON itself), the file
 * named by `REGISTRY_AUTH_FILE`, docker's `config.json` (in `DOCKER_CONFIG` or `~/.docker`), podman's `auth.json` (in
 * `XDG_RUNTIME_DIR/containers`, then in `XDG_CONFIG_HOME` or `~/.config`). This is the one place that reads the process's
 * environment and home directory, where they are not given.
 */
export function defaultCredentialProviders(
  options: DefaultProvidersOptions = {},
): readonly CredentialProvider[] {
  const environment = options.environment ?? process.env;
  if (options.authFile !== undefined) return [requiredFile(options.authFile, environment)];
  const home = options.homeDirectory ?? homedir();
  const inline = environment['DOCKER_AUTH_CONFIG'] ?? '';
  const named = environment['REGISTRY_AUTH_FILE'] ?? '';
  const runtime = environment['XDG_RUNTIME_DIR'] ?? '';
  const config = environment['XDG_CONFIG_HOME'] ?? '';
  const paths = [
    dockerConfigFile(environment, home),
    ...(runtime === '' ? [] : [join(runtime, 'containers', 'auth.json')]),
    join(config === '' ? join(home, '.config') : config, 'containers', 'auth.json'),
  ];
  return [
    ...(inline === ''
      ? []
      : [authFileProvider({ name: 'DOCKER_AUTH_CONFIG', read: async () => inline, environment })]),
    ...(named === '' ? [] : [requiredFile(named, environment)]),
    ...paths.map((path) => authFileProvider({ name: path, read: () => readIfPresent(path), environment })),
  ];
}

/** docker's configuration file: in `DOCKER_CONFIG`, else in `~/.docker`. */
export function dockerConfigFile(environment: HelperEnvironment, homeDirectory: string): string {
  const folder = environment['DOCKER_CONFIG'] ?? '';
  return join(folder === '' ? join(homeDirectory, '.docker') : folder, 'config.json');
}

function requiredFile(path: string, environment: HelperEnvironment): CredentialProvider {
  return authFileProvider({
    name: path,
    environment,
    read: async () => {
      const text = await readIfPresent(path);
      if (text === undefined) {
        throw new OciError(`the credentials file ${path} does not exist`, { code: 'OCI_CREDENTIALS' });
      }
      return text;
    },
  });
}
