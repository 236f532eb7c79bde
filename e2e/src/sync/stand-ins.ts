import { readFileSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import type { Middleware } from '@oci-sync/registry';
import { startEcr, startTestRegistry, type RunningEcr, type TestRegistry } from '@oci-sync/registry/testing';
import { makeCertificateAuthority } from '../parts/certificate-authority.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { makeNetworkNamespace, type NetworkNamespace } from './network-namespace.js';
import { pushUpstream } from './upstream-images.js';
import { startWebHost, type WebHost } from './web-host.js';

/** Whose registry it is when none is given. */
export const accountId = '123456789012';
const region = 'us-west-2';
/** The caller's own registry. */
export const ecrHost = `${accountId}.dkr.ecr.${region}.amazonaws.com`;
const ecrApiHost = `api.ecr.${region}.amazonaws.com`;

/** A login that may read the private repository of ghcr.io. */
export const ghcrLogin = { user: 'robot', password: 'a-personal-token' };

const registryHosts = [
  'ghcr.io',
  'us-docker.pkg.dev',
  'us-west1-docker.pkg.dev',
  'registry-1.docker.io',
] as const;
const webHosts = [
  'raw.githubusercontent.com',
  'runwhen-contrib.github.io',
  'open-telemetry.github.io',
] as const;
const names = [...registryHosts, ...webHosts, 'auth.docker.io', ecrHost, ecrApiHost];

/** Local TLS servers under the names of others, in a network that has nothing else. */
export interface StandIns {
  readonly namespace: NetworkNamespace;
  /** PEM file of the CA that every server's certificate is from. */
  readonly caFile: string;
  readonly registries: Readonly<Record<(typeof registryHosts)[number], TestRegistry>>;
  readonly web: Readonly<Record<(typeof webHosts)[number], WebHost>>;
  /** Hosts whose connections are cut before a byte is answered. */
  readonly down: Set<string>;
  /** Gives the caller an empty registry, in place of the one there was. */
  freshEcr(): Promise<RunningEcr>;
  stop(): Promise<void>;
}

/** Starts every stand-in and a network in which they have their names. Needs root. */
export async function startStandIns(): Promise<StandIns> {
  const folder = makeTemporaryFolder();
  const closers: (() => Promise<void> | void)[] = [() => folder.remove()];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const close of closers.splice(0).toReversed()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped');
  };
  try {
    const authority = await makeCertificateAuthority(folder.path);
    const certificate = await authority.issue([...names, '127.0.0.1']);
    const tls = {
      cert: readFileSync(certificate.certificateFile, 'utf8'),
      key: readFileSync(certificate.keyFile, 'utf8'),
    };
    const ports = new Map<string, number>();

    const registry = async (host: (typeof registryHosts)[number]): Promise<TestRegistry> => {
      const started = await startTestRegistry({ tls, ...tokensOf(host) });
      closers.push(() => started.close());
      await pushUpstream(host, started);
      ports.set(host, started.port);
      return started;
    };
    const web = async (host: (typeof webHosts)[number]): Promise<WebHost> => {
      const started = await startWebHost(tls);
      closers.push(() => started.close());
      ports.set(host, started.port);
      return started;
    };
    const registries: StandIns['registries'] = {
      'ghcr.io': await registry('ghcr.io'),
      'us-docker.pkg.dev': await registry('us-docker.pkg.dev'),
      'us-west1-docker.pkg.dev': await registry('us-west1-docker.pkg.dev'),
      'registry-1.docker.io': await registry('registry-1.docker.io'),
    };
    ports.set('auth.docker.io', registries['registry-1.docker.io'].port);

    let ecr: RunningEcr | undefined;
    closers.push(() => ecr?.close());
    const freshEcr = async (): Promise<RunningEcr> => {
      await ecr?.close();
      // Clients of other makers read it at another name, and follow no redirect from there.
      const behaviours = { redirectBlobs: false };
      ecr = await startEcr({ tls, accountId, region, proxyEndpoint: `https://${ecrHost}`, behaviours });
      for (const host of [ecrHost, ecrApiHost]) ports.set(host, ecr.port);
      return ecr;
    };

    const namespace = await makeNetworkNamespace(names);
    closers.push(() => namespace.remove());
    const down = new Set<string>();
    const listeners = await namespace.listen();
    closers.push(relay(listeners, (host) => (down.has(host) ? undefined : ports.get(host))));
    return {
      namespace,
      caFile: authority.caFile,
      registries,
      web: {
        'raw.githubusercontent.com': await web('raw.githubusercontent.com'),
        'runwhen-contrib.github.io': await web('runwhen-contrib.github.io'),
        'open-telemetry.github.io': await web('open-telemetry.github.io'),
      },
      down,
      freshEcr,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Passes connections on to a loopback port, byte by byte. Returns what ends it. */
function relay(
  listeners: ReadonlyMap<string, Server>,
  portOf: (host: string) => number | undefined,
): () => void {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket, other: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  for (const [host, listener] of listeners) {
    listener.on('connection', (client: Socket) => {
      const port = portOf(host);
      if (port === undefined) {
        client.destroy();
        return;
      }
      const server = connect(port, '127.0.0.1');
      keep(client, server);
      keep(server, client);
      client.pipe(server).pipe(client);
    });
  }
  return () => {
    for (const listener of listeners.values()) listener.close();
    for (const socket of sockets) socket.destroy();
  };
}

/** How each registry hands out tokens: anonymously, for all but what is private. */
function tokensOf(host: (typeof registryHosts)[number]): Parameters<typeof startTestRegistry>[0] {
  const { user, password } = ghcrLogin;
  const shared = { kind: 'bearer', users: { [user]: password }, anonymousPull: true } as const;
  switch (host) {
    case 'ghcr.io':
      return {
        auth: {
          ...shared,
          service: host,
          omitExpiry: true,
          access: (who, repository) => (who === undefined && repository.endsWith('/secret') ? [] : ['pull']),
        },
      };
    case 'registry-1.docker.io':
      return { auth: { ...shared, service: 'registry.docker.io', realm: 'https://auth.docker.io/token' } };
    default:
      return {
        auth: { ...shared, service: host, realm: `https://${host}/v2/token` },
        middleware: [tokenBelowV2],
      };
  }
}

/** Artifact Registry's token endpoint is `/v2/token`. */
const tokenBelowV2: Middleware = (request, next) =>
  next(request.path === '/v2/token' ? { ...request, path: '/token', route: { kind: 'token' } } : request);
