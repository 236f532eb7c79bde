export type { ByteRange, RegistryContent, StoredBlob, StoredManifest } from './content/registry-content.js';
export type { Handler, Middleware, RegistryRequest, RegistryResponse, WireFault } from './http/exchange.js';
export type { RegistryErrorCode } from './http/registry-error.js';
export type { RecordedRequest, RequestFilter, RequestLog } from './http/request-log.js';
export type { Route, RouteKind } from './http/route.js';
export type {
  BasicAuth,
  BearerAuth,
  RegistryAuth,
  RegistryLimits,
  RegistryOptions,
  RegistryStorage,
  RegistryTls,
  RegistryUsers,
} from './registry-options.js';
export type { RunningRegistry } from './start-registry.js';
export { ConnectionDrop } from './http/exchange.js';
export { RegistryError } from './http/registry-error.js';
export { startRegistry } from './start-registry.js';
