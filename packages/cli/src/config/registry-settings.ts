import { isRegistry } from '@oci-sync/oci-client';
import type { ConfigFile } from './read-config-file.js';
import type { RegistrySettings } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Text with `${NAME}` replaced by environment variables; `$${` stands for `${`. */
function expand(text: string, environment: Environment, missing: (name: string) => Error): string {
  return text.replaceAll(/\$\$\{|\$\{([^}]*)\}/g, (_found, name: string | undefined) => {
    if (name === undefined) return '${';
    const value = environment[name];
    if (value === undefined || value === '') throw missing(name);
    return value;
  });
}

const hubNames = new Set(['index.docker.io', 'registry-1.docker.io']);

/**
 * The `registries` of a settings file, with environment variables put in.
 * @throws UsageError for a name that is no registry, a variable that is not set, settings that contradict each other
 */
export function readRegistrySettings(
  file: ConfigFile,
  environment: Environment,
): ReadonlyMap<string, RegistrySettings> {
  const section = (file.values['registries'] ?? {}) as Readonly<Record<string, RegistrySettings>>;
  return new Map(
    Object.entries(section).map(([registry, settings]) => {
      const path = ['registries', registry];
      if (!isRegistry(registry))
        throw file.error(path, `"${registry}" is not a registry`, 'write HOST or HOST:PORT');
      if (settings.plainHttp === true && (settings.caFile ?? settings.clientCertificate) !== undefined) {
        throw file.error([...path, 'plainHttp'], 'plainHttp and certificates exclude each other');
      }
      const expanded = Object.entries(settings).map(([key, value]: [string, unknown]) => [
        key,
        typeof value === 'string'
          ? expand(value, environment, (name) =>
              file.error([...path, key], `the environment variable ${name} is not set`),
            )
          : value,
      ]);
      return [
        hubNames.has(registry) ? 'docker.io' : registry,
        Object.fromEntries(expanded) as RegistrySettings,
      ];
    }),
  );
}
