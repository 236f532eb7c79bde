import { readFile } from 'node:fs/promises';
import type { EcrRegistrySettings } from '@oci-sync/ecr';
import type { Credential, HostTlsOptions } from '@oci-sync/oci-client';
import type { SyncConnection } from '@oci-sync/sync';
import type { CommandIo } from '../command-io.js';
import type { RegistrySettings, Settings } from '../config/settings.js';
import { refusalLine, requestLine } from '../output/connection-lines.js';
import type { Logger } from '../output/logger.js';
import { UsageError } from '../usage-error.js';
import type { RegistryCliOptions } from './registry-options.js';

/** Where a command tells of its connections. */
export interface ConnectionOutput {
  readonly logger: Logger;
  readonly note: (text: string) => void;
}

type Registries = Settings['registries'];

async function readPem(path: string | undefined, registry: string): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new UsageError(`the certificate file ${path} for ${registry} cannot be read`, { cause });
  }
}

async function tlsOf(registry: string, settings: RegistrySettings): Promise<HostTlsOptions> {
  const { readCaFiles } = await import('@oci-sync/sync/copier');
  const { caFile, clientCertificate, clientKey } = settings;
  return {
    ca: caFile === undefined ? undefined : await readCaFiles([caFile]),
    cert: await readPem(clientCertificate, registry),
    key: await readPem(clientKey, registry),
  };
}

async function tlsByHost(registries: Registries): Promise<ReadonlyMap<string, HostTlsOptions>> {
  const named = [...registries].filter(
    ([, { caFile, clientCertificate }]) => caFile !== undefined || clientCertificate !== undefined,
  );
  return new Map(
    await Promise.all(
      named.map(async ([registry, settings]) => [registry, await tlsOf(registry, settings)] as const),
    ),
  );
}

function credentialsOf(registries: Registries): Readonly<Record<string, Credential>> {
  return Object.fromEntries(
    [...registries].flatMap(([registry, { username, password }]) =>
      username === undefined || password === undefined
        ? []
        : [[registry, { kind: 'basic' as const, username, password }]],
    ),
  );
}

/** ECR Public has one region and no registry of the account: its settings only say that AWS credentials are used. */
const publicEcr = 'public.ecr.aws';

function ecrOf(registries: Registries): ReadonlyMap<string, EcrRegistrySettings> {
  return new Map(
    [...registries].flatMap(([registry, { region, type }]) =>
      type === 'ecr' && region !== undefined && registry !== publicEcr
        ? [[registry, { region }] as const]
        : [],
    ),
  );
}

/** Connections and credentials: what options say of all registries, and settings of single ones. @throws UsageError */
export async function readConnection(
  { plainHttp, caFile, authfile, region }: RegistryCliOptions,
  { registries }: Settings,
  io: CommandIo,
  output: ConnectionOutput,
): Promise<SyncConnection> {
  const [{ explicitCredentials }, { readCaFiles }] = await Promise.all([
    import('@oci-sync/oci-client'),
    import('@oci-sync/sync/copier'),
  ]);
  const plain = [...registries].filter(([, settings]) => settings.plainHttp === true).map(([name]) => name);
  return {
    environment: io.environment,
    http: {
      plainHttpHosts: [...plainHttp, ...plain],
      ca: await readCaFiles(caFile),
      tlsByHost: await tlsByHost(registries),
    },
    credentials: [explicitCredentials(credentialsOf(registries), 'the settings file')],
    ecrRegistries: ecrOf(registries),
    publicEcrToken: registries.get(publicEcr)?.type === 'ecr',
    authFile: authfile,
    region,
    onRequest: (event) => output.logger.debug(requestLine(event), event),
    onCredentialRefused: (refused) => output.note(refusalLine(refused)),
  };
}
