import { isDigest, type Digest } from '@oci-sync/oci-client';
import type { GrantedAccess } from '../auth/authorizer.js';
import type { Repositories } from '../content/repositories.js';
import type { UploadSessions } from '../content/upload-sessions.js';
import type { RegistryRequest } from '../http/exchange.js';
import { RegistryError } from '../http/registry-error.js';

/** Bounds with their defaults filled in. */
export interface Bounds {
  readonly manifestBytes: number;
  readonly blobBytes: number;
  readonly pageSize: number;
}

/** What handlers work with. */
export interface HandlerContext {
  readonly content: Repositories;
  readonly uploads: UploadSessions;
  readonly bounds: Bounds;
  /** What the sender of this request may do. */
  readonly access: GrantedAccess;
}

/** A digest from a request. @throws RegistryError 400 `DIGEST_INVALID` */
export function requireDigest(text: string | null | undefined): Digest {
  if (isDigest(text)) return text;
  throw new RegistryError(400, 'DIGEST_INVALID', 'the digest is not a sha256 or sha512 digest');
}

/** The error for a method a route does not have. */
export function methodNotAllowed(): RegistryError {
  return new RegistryError(405, 'UNSUPPORTED', 'the operation is not supported');
}

/** @throws RegistryError 405 for a method that does more than read */
export function requireGet({ method }: RegistryRequest): void {
  if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed();
}
