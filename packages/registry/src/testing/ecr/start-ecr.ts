import type { Digest } from '@oci-sync/oci-client';
import type { Handler, Middleware } from '../../http/exchange.js';
import { startHttpServer } from '../../http/http-server.js';
import { RegistryError } from '../../http/registry-error.js';
import { RequestLog } from '../../http/request-log.js';
import type { RegistryTls } from '../../registry-options.js';
import { startRegistry, type RunningRegistry } from '../../start-registry.js';
import { FaultInjector } from '../faults/fault-injector.js';
import type { TestRegistry } from '../start-test-registry.js';
import { handleControlPlane } from './control-plane.js';
import { EcrAccount, type EcrCredentials } from './ecr-account.js';
import { ecrBasicAuth, ecrPublicAuth } from './ecr-auth.js';
import { ecrLists } from './ecr-lists.js';
import { ecrManifestPuts } from './ecr-manifest-puts.js';
import { ecrDefaults, type EcrOptions } from './ecr-options.js';
import { ecrPulls } from './ecr-pulls.js';
import { ecrUploads } from './ecr-uploads.js';
import { startLayerOrigin, type LayerOrigin } from './layer-origin.js';

/** A double of ECR that is listening. Its faults strike the control plane too; see `forOperation`. */
export interface RunningEcr extends TestRegistry {
  /** The state behind both planes: permissions, calls made, settings. */
  readonly account: EcrAccount;
  /** The control plane's address: the value for `AWS_ENDPOINT_URL_ECR`. */
  readonly apiUrl: string;
  /** Requests of the control plane; the same log as `requests` unless it has a port of its own. */
  readonly apiRequests: RequestLog;
  /** Where blob redirects lead. */
  readonly layerOrigin: LayerOrigin;
  /** Issues a token directly, as GetAuthorizationToken would. */
  issueCredentials(): EcrCredentials;
  /** Removes blobs that no manifest of their repository names, as ECR may at any time. Their digests. */
  reapLayers(repository: string): Promise<readonly Digest[]>;
}

/**
 * Starts a double of ECR: the data plane with its departures from the specification, and the control plane that
 * @aws-sdk/client-ecr talks to. The defaults are a new account's: repositories have to be created, no mounts.
 */
export async function startEcr(options: EcrOptions = {}): Promise<RunningEcr> {
  const { host = '127.0.0.1', tls } = options;
  const account = new EcrAccount(options);
  const behaviours = { ...ecrDefaults, ...options.behaviours };
  const faults = new FaultInjector();
  const layerOrigin = await startLayerOrigin({
    host,
    tls,
    lifetimeMs: behaviours.redirectLifetimeMs,
    now: account.now,
  });
  const registry = await startRegistry({
    ...options,
    middleware: [
      faults.middleware,
      ...(options.separateControlPlane ? [] : [controlPlane(account, options, undefined)]),
      options.public ? ecrPublicAuth(account) : ecrBasicAuth(account),
      ecrUploads(account, behaviours),
      ecrPulls(account, behaviours, layerOrigin),
      ecrManifestPuts(account, behaviours),
      ecrLists(account, behaviours),
    ],
  });
  const { content } = registry;
  layerOrigin.attach(content);
  const api = options.separateControlPlane
    ? await startApi({
        host,
        tls,
        faults,
        account,
        registry,
        plane: controlPlane(account, options, registry),
      })
    : { url: registry.url, requests: registry.requests, close: () => Promise.resolve() };
  const close = async (): Promise<void> => {
    await Promise.all([registry.close(), layerOrigin.close(), api.close()]);
  };
  return {
    ...registry,
    faults,
    account,
    apiUrl: api.url,
    apiRequests: api.requests,
    layerOrigin,
    issueCredentials: () => account.issueToken(),
    async reapLayers(repository) {
      const named = new Set(content.manifests(repository).flatMap(({ blobs }) => blobs));
      const loose = content.blobs(repository).filter(({ digest }) => !named.has(digest));
      for (const { digest } of loose) await content.deleteBlob(repository, digest);
      return loose.map(({ digest }) => digest);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The control plane; without a registry given, the data plane is where the request came in. */
function controlPlane(
  account: EcrAccount,
  { reportedExpiry, proxyEndpoint, public: isPublic = false }: EcrOptions,
  registry: RunningRegistry | undefined,
): Middleware {
  return async (request, next, { content }) => {
    const registryUrl = registry?.url ?? request.origin;
    const context = { account, content, registryUrl, reportedExpiry, proxyEndpoint, isPublic };
    return (await handleControlPlane(context, request)) ?? next(request);
  };
}

async function startApi(options: {
  readonly host: string;
  readonly tls: RegistryTls | undefined;
  readonly faults: FaultInjector;
  readonly account: EcrAccount;
  readonly registry: RunningRegistry;
  readonly plane: Middleware;
}): Promise<{ readonly url: string; readonly requests: RequestLog; close(): Promise<void> }> {
  const { host, tls, faults, account, registry, plane } = options;
  const requests = new RequestLog(100_000);
  const state = { content: registry.content, uploadedBytes: () => undefined };
  const notFound: Handler = () => Promise.reject(new RegistryError(404, 'UNKNOWN', 'not found'));
  const server = await startHttpServer({
    host,
    port: 0,
    tls,
    idleMs: 120_000,
    now: account.now,
    log: requests,
    handler: (request) => faults.middleware(request, (changed) => plane(changed, notFound, state), state),
  });
  return { url: server.url, requests, close: () => server.close() };
}
