import type { Authenticator } from '../auth/authenticator.js';
import type { Scope } from '../auth/scope.js';
import type { OciError } from '../errors/oci-error.js';
import type { HttpClient } from '../transport/http-client.js';
import type { HttpRequest, HttpRequestListener, HttpResponse } from '../transport/http-message.js';
import { apiHost } from './profiles.js';
import { failureError, readFailure, type RegistryFailure } from './registry-error.js';
import type { RegistryProfile } from './registry-profile.js';

/** What a run has learnt of one registry; shared by its repositories. */
export interface RegistryKnowledge {
  /** How blobs are sent; moves on after a registry refused a form. */
  uploadForm: 'put' | 'patch' | 'chunks';
  /** Whether referrers come from the API; `undefined` until seen. */
  referrersApi: boolean | undefined;
  /** Waits until another manifest may be pushed. */
  readonly manifestTurn: (signal: AbortSignal | undefined) => Promise<void>;
}

/** What the verbs of one repository work with. */
export interface RepositorySession {
  readonly registry: string;
  readonly repository: string;
  readonly profile: RegistryProfile;
  readonly knowledge: RegistryKnowledge;
  /** `registry/repository`, for people. */
  readonly name: string;
  /** Sends a request to this repository's API. */
  send(request: RepositoryRequest): Promise<HttpResponse>;
  /** The error an answer comes to; reads its body. */
  failure(response: HttpResponse, action: string): Promise<OciError>;
  /** The same for an answer that is read already. */
  failureOf(failure: RegistryFailure, action: string): OciError;
  /** The URL of a path below `/v2/<repository>/`. */
  url(path: string): Promise<URL>;
}

/** A request of a repository; `path` is below `/v2/<repository>/`, `url` is a location the registry gave. */
export type RepositoryRequest = Omit<HttpRequest, 'url' | 'authorization' | 'purpose' | 'onRequest'> & {
  readonly path?: string | undefined;
  readonly url?: URL | undefined;
  /** Repository whose blob is to be mounted: its scope is asked for too. */
  readonly mountFrom?: string | undefined;
  readonly tokenLifeMs?: number | undefined;
};

/** Options of {@link createRepositorySession}. */
export interface RepositorySessionOptions {
  readonly http: HttpClient;
  readonly authenticator: Authenticator;
  readonly registry: string;
  readonly repository: string;
  readonly access: 'pull' | 'push';
  readonly profile: RegistryProfile;
  readonly knowledge: RegistryKnowledge;
  readonly onRequest: HttpRequestListener | undefined;
  readonly onResponse: (response: HttpResponse) => void;
}

/** One repository seen through the shared connections and credentials. */
export function createRepositorySession(options: RepositorySessionOptions): RepositorySession {
  const { http, authenticator, registry, repository, profile, knowledge } = options;
  const name = `${registry}/${repository}`;
  // A destination is read too, with the same token: one scope for all its requests.
  const own: Scope = { repository, actions: options.access === 'push' ? ['pull', 'push'] : ['pull'] };

  const url = async (path: string): Promise<URL> => {
    const base = await http.baseUrl(apiHost(registry));
    return new URL(`/v2/${repository}/${path}`, base);
  };
  const failureOf = (failure: RegistryFailure, action: string): OciError =>
    failureError(failure, { action, standing: authenticator.standing(registry, repository) });

  return {
    registry,
    repository,
    profile,
    knowledge,
    name,
    url,
    failureOf,
    failure: async (response, action) => failureOf(await readFailure(response), action),
    send: async ({ path, url: location, mountFrom, tokenLifeMs, ...request }) => {
      const home = await url(path ?? '');
      const target = { ...request, url: location ?? home, onRequest: options.onRequest };
      // An upload may go on at another host: it gets no credentials, and is not asked which it wants.
      if (target.url.origin !== home.origin) return await http.request(target);
      const response = await authenticator.send({
        ...target,
        registry,
        repository,
        scopes:
          mountFrom === undefined || mountFrom === repository
            ? [own]
            : [own, { repository: mountFrom, actions: ['pull'] }],
        tokenLifeMs,
      });
      options.onResponse(response);
      return response;
    },
  };
}
