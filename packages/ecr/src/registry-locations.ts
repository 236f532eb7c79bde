import type { EcrEndpoint } from './aws-clients.js';
import { parseEcrHost } from './ecr-host.js';

/** What settings say of a registry that is ECR behind a name of its own (`type: ecr`). */
export interface EcrRegistrySettings {
  readonly region: string;
  /** AWS account, twelve digits. @default the caller's own */
  readonly registryId?: string | undefined;
}

/** Where a private registry's API is, and whose registry it is. */
export interface RegistryLocation {
  readonly endpoint: EcrEndpoint;
  /** AWS account; `undefined` for the caller's own. */
  readonly registryId: string | undefined;
}

/** Which registries are private ones of ECR: by host name, by settings, or because ECR's API said so. */
export class RegistryLocations {
  readonly #settings: ReadonlyMap<string, EcrRegistrySettings>;
  readonly #learned = new Map<string, EcrEndpoint>();

  constructor(settings: ReadonlyMap<string, EcrRegistrySettings>) {
    this.#settings = settings;
  }

  /** `undefined` for a registry that is not a private one of ECR. */
  find(registry: string): RegistryLocation | undefined {
    const host = parseEcrHost(registry);
    if (host?.kind === 'private') {
      const { region, fips, dualStack, registryId } = host;
      return { endpoint: { region, fips, dualStack }, registryId };
    }
    const settings = this.#settings.get(registry);
    if (settings !== undefined) {
      return { endpoint: { region: settings.region }, registryId: settings.registryId };
    }
    const endpoint = this.#learned.get(registry);
    return endpoint === undefined ? undefined : { endpoint, registryId: undefined };
  }

  /** The API at an endpoint has named the registry as the caller's own. */
  learn(registry: string, endpoint: EcrEndpoint): void {
    this.#learned.set(registry, endpoint);
  }
}
