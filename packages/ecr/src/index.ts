export type { AwsHttp } from './aws-http-handler.js';
export type { CallerRegistryOptions, Ecr, EcrOptions } from './create-ecr.js';
export type { EcrHost } from './ecr-host.js';
export type { EcrRegistrySettings } from './registry-locations.js';
export type { RepositoryEncryption, RepositorySettings, TagMutability } from './repository-settings.js';

export { createEcr } from './create-ecr.js';
export { parseEcrHost } from './ecr-host.js';
export { resolveEcrRegion } from './ecr-region.js';
export { parseRepositorySettings } from './repository-settings.js';
