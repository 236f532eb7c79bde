import type { RegistryProfile } from './registry-profile.js';

/** Name Docker Hub has in references. */
const dockerHub = 'docker.io';

/** Registries whose API is at another host than their references say. */
const apiHosts = new Map([
  [dockerHub, 'registry-1.docker.io'],
  ['index.docker.io', 'registry-1.docker.io'],
]);

const specProfile: RegistryProfile = { name: 'oci' };

/** What is known of public registries, by the end of their host name. */
const knownHosts: readonly (readonly [hostEnd: string, profile: RegistryProfile])[] = [
  ['docker.io', { name: 'docker-hub', tagPageSize: 1000 }],
  // Larger pages are refused with 413 TOO_MANY_TAGS_REQUESTED (go-containerregistry issue 1963).
  ['quay.io', { name: 'quay', tagPageSize: 100 }],
  // Chunks above 4 MiB are refused with 416; one PUT of any size is not (ocx-sh/ocx issue 237).
  ['ghcr.io', { name: 'ghcr', chunkSizeBytes: 4 * 1024 * 1024 }],
  // One PUT above some 20 MB may be answered with 413 (harbor issue 23015); a streamed PATCH works.
  ['azurecr.io', { name: 'acr', upload: 'patch' }],
  ['pkg.dev', { name: 'gar' }],
  ['gcr.io', { name: 'gcr' }],
  ['registry.k8s.io', { name: 'registry-k8s-io' }],
];

/** The host of a registry's API: `registry-1.docker.io` for Docker Hub, else the registry itself. */
export function apiHost(registry: string): string {
  return apiHosts.get(registry) ?? registry;
}

/** The built-in profile of a registry; the spec's behaviour where nothing is known. */
export function builtInProfile(registry: string): RegistryProfile {
  const known = knownHosts.find(([hostEnd]) => registry === hostEnd || registry.endsWith(`.${hostEnd}`));
  return known?.[1] ?? specProfile;
}
