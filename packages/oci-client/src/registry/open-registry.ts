import type { ContentDestination } from '../content/store.js';
import type { HttpRequestListener } from '../transport/http-message.js';
import { fetchBlob, hasBlob } from './blobs.js';
import { fetchManifest, pushManifest, resolveManifest } from './manifests.js';
import { listReferrers } from './referrers.js';
import type { RegistryClient } from './registry-client.js';
import { createRepositorySession } from './repository-session.js';
import { listTagDigests, listTags, repositoryExists } from './tags.js';
import { startUpload } from './uploads.js';

/** Options of {@link openRegistry}. */
export interface OpenRegistryOptions {
  /** Host and port as in references: `docker.io`, `127.0.0.1:5000`. */
  readonly registry: string;
  /** Such as `library/alpine`. */
  readonly repository: string;
  /** What tokens are asked for: `pull` alone, or `pull,push`. @default 'pull' */
  readonly access?: 'pull' | 'push' | undefined;
  /** Told of every request sent for this repository, redirects and tokens included. */
  readonly onRequest?: HttpRequestListener | undefined;
}

/**
 * One repository of a registry, to read from and write to. Opening sends nothing. Its errors are OciErrors whose
 * message says what could not be done; {@link ContentDestination} says which.
 */
export function openRegistry(client: RegistryClient, options: OpenRegistryOptions): ContentDestination {
  const { registry, repository } = options;
  const profile = client.profileOf(registry);
  const session = createRepositorySession({
    http: client.http,
    authenticator: client.authenticator,
    registry,
    repository,
    access: options.access ?? 'pull',
    profile,
    knowledge: client.knowledgeOf(registry),
    onRequest: options.onRequest,
    onResponse: (response) => client.observe(registry, response),
  });
  return {
    name: session.name,
    mounts: {
      areOn: profile.mounts !== false,
      registry,
      repository,
      needsCommittedManifest: profile.mountNeedsCommittedManifest ?? false,
    },
    takesEmptyBlobs: profile.refusesEmptyBlobs !== true,
    resolve: (tagOrDigest, callOptions) => resolveManifest(session, tagOrDigest, callOptions),
    fetchManifest: (tagOrDigest, callOptions) => fetchManifest(session, tagOrDigest, callOptions),
    fetchBlob: (descriptor, callOptions) => fetchBlob(session, descriptor, callOptions),
    hasBlob: (descriptor, callOptions) => hasBlob(session, descriptor, callOptions),
    listTags: (callOptions) => listTags(session, callOptions),
    listTagDigests: (callOptions) => listTagDigests(session, callOptions),
    listReferrers: (digest, callOptions) => listReferrers(session, digest, callOptions),
    repositoryExists: (callOptions) => repositoryExists(session, callOptions),
    startUpload: (callOptions) => startUpload(session, callOptions),
    pushManifest: (content, callOptions) => pushManifest(session, content, callOptions),
  };
}
