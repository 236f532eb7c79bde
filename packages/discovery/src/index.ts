export type { FetchBytes, FetchBytesOptions, FetchedBytes } from './access/fetch-bytes.js';
export type { OpenSource } from './access/registry-access.js';
export type {
  CatalogInput,
  ChartInput,
  DiscoverOptions,
  DiscoveryEvent,
  HelmRepository,
  TextInput,
} from './discover/discover-options.js';
export type { DiscoveredChart, Discovery, EntryWithoutImage, Fallback } from './discover/discovery.js';
export type { DiscoveryErrorCode, DiscoveryErrorDetails } from './errors.js';
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
export type { Preset, PresetImage, PresetValuesRule } from './preset/preset.js';

export { DiscoveryError, isDiscoveryError } from './errors.js';
