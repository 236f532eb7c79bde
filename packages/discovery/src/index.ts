export type { FetchBytes, FetchBytesOptions, FetchedBytes } from './access/fetch-bytes.js';
export type { OpenSource } from './access/registry-access.js';
export type {
  CatalogInput,
  ChartInput,
  DiscoverOptions,
  DiscoveryEvent,
  TextInput,
} from './discover/discover-options.js';
export type {
  DiscoveredChart,
  Discovery,
  EntryWithoutImage,
  Fallback,
  SourceFailure,
} from './discover/discovery.js';
export type { HelmRepository } from './charts/helm-repository.js';
export type { HelmSurroundings } from './charts/default-repositories-file.js';
export type { DiscoveryErrorCode, DiscoveryErrorDetails } from './errors.js';
export type { ExtractedImages } from './extract/extract-chart.js';
export type { Finding } from './extract/finding.js';
export type { ListEntry } from './lists/image-list.js';
export type { ChangedImage, PlanDiff } from './plan/diff-plans.js';
export type {
  DiscoveredImage,
  UnresolvedImage,
  UnresolvedReason,
  WantedTag,
} from './image/discovered-image.js';
export type { Note } from './image/note.js';
export type {
  CatalogProvenance,
  ChartProvenance,
  Confidence,
  DocumentPlace,
  ListProvenance,
  ManifestProvenance,
  OptionProvenance,
  Provenance,
  StaticProvenance,
} from './image/provenance.js';
export type {
  ImagePlan,
  PlannedImage,
  PlannedPlatforms,
  PlannedSource,
  TagOrigin,
} from './plan/image-plan.js';
export type { PlanEvent, PlanFailure, PlanOptions, PlanResult } from './plan/plan-options.js';
export type { ListTagsOptions, TagEntry } from './tags/list-tags.js';
export type { Preset, PresetImage, PresetValuesRule } from './preset/preset.js';

export { DiscoveryError, isDiscoveryError } from './errors.js';
export { defaultRepositoriesFile } from './charts/default-repositories-file.js';
export { createFetchBytes } from './access/http-fetch-bytes.js';
export { discoverImages } from './discover/discover-images.js';
export { extractFromRendering } from './extract/extract-chart.js';
export { extractFromDocument } from './extract/extract-document.js';
export { extractFromManifests } from './extract/extract-manifests.js';
export { parseImageList } from './lists/parse-image-list.js';
export { createPlan } from './plan/create-plan.js';
export { defaultNameTemplate } from './plan/destination-name.js';
export { diffPlans } from './plan/diff-plans.js';
export { parsePlan } from './plan/parse-plan.js';
export { loadPreset, presetNames } from './preset/load-preset.js';
export { findNewestTag } from './tags/newest-tag.js';
export { listTags } from './tags/list-tags.js';
export { compareTags } from './tags/rank-tags.js';
export { isCandidate, matchesGlob } from './tags/tag-pattern.js';
