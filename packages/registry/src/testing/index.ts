export type { TestAuthority, TestCertificate } from './certificates/create-authority.js';
export type { EcrAccount, EcrCredentials, EcrRepositorySettings, IamCall } from './ecr/ecr-account.js';
export type { EcrBehaviours, EcrOptions } from './ecr/ecr-options.js';
export type { LayerOrigin } from './ecr/layer-origin.js';
export type { RunningEcr } from './ecr/start-ecr.js';
export type { Failure } from './faults/refusals.js';
export type { Fault, FaultInjector, FaultRule, InjectedFault } from './faults/fault-injector.js';
export type { LocationForm } from './faults/misdirections.js';
export type { ArtifactSpec, HelmChartSpec } from './images/build-artifact.js';
export type { ImageSpec, LayerSpec } from './images/build-image.js';
export type { IndexSpec, MultiArchSpec } from './images/build-index.js';
export type { TarFile } from './images/tar.js';
export type { TestBlob, TestDescriptor, TestImage, TestPlatform } from './images/test-content.js';
export type { TestRegistry } from './start-test-registry.js';
export {
  delay,
  dropConnection,
  dropDownloadAfter,
  dropUploadAfter,
  failUploadAfter,
  hang,
  slowDownload,
  stallDownloadAfter,
  stallUploadAfter,
} from './faults/connections.js';
export {
  circularPages,
  cookieTrap,
  endlessPages,
  linkAt,
  locationAs,
  locationAt,
  locationState,
  neverMount,
  nullTags,
  redirectLoop,
  redirectTo,
  redirectToOrigin,
} from './faults/misdirections.js';
export {
  answerWith,
  expiredToken,
  failWith,
  forbiddenWhenMissing,
  immutableTags,
  rejectBodiesOver,
  rejectPagesOver,
  serviceUnavailable,
  tooManyRequests,
  unauthorized,
  unauthorizedWhenMissing,
} from './faults/refusals.js';
export {
  ambiguousManifest,
  corruptedBody,
  extendedBody,
  gzippedBody,
  ignoredRange,
  oversizedManifest,
  rateLimitHeaders,
  replacedManifest,
  truncatedBody,
  withHeaders,
  withoutHeaders,
  withStatus,
  wrongDigestHeader,
} from './faults/wrong-content.js';
export { buildArtifact, buildHelmChart } from './images/build-artifact.js';
export { buildImage } from './images/build-image.js';
export { buildAttestation, buildIndex, buildMultiArchImage } from './images/build-index.js';
export { pushImage } from './images/push-image.js';
export { seededBytes } from './images/seeded-bytes.js';
export { createTar } from './images/tar.js';
export { testBlob, testManifest } from './images/test-content.js';
export { startTestRegistry } from './start-test-registry.js';
export { awsError, awsOperation, forOperation } from './ecr/aws-json.js';
export { startEcr } from './ecr/start-ecr.js';
export { createTestAuthority } from './certificates/create-authority.js';
