import { createHmac, randomBytes } from 'node:crypto';
import { parseDigest, type Digest } from '@oci-sync/oci-client';
import type { RegistryContent } from '../../content/registry-content.js';
import { selectRange } from '../../handlers/byte-range.js';
import type { RegistryRequest, RegistryResponse } from '../../http/exchange.js';
import { startHttpServer } from '../../http/http-server.js';
import { RequestLog } from '../../http/request-log.js';
import type { RegistryTls } from '../../registry-options.js';

/** The double of the object store that ECR's blob redirects lead to: another origin, presigned addresses. */
export interface LayerOrigin {
  /** `http://127.0.0.1:5001`, no slash at the end. */
  readonly url: string;
  readonly requests: RequestLog;
  /** A presigned address of a blob, good for GET only and for as long as the options say. */
  presign(repository: string, digest: Digest): string;
  /** Gives it the content to serve; before, every blob is missing. */
  attach(content: RegistryContent): void;
  close(): Promise<void>;
}

/** Options of `startLayerOrigin`. */
export interface LayerOriginOptions {
  readonly host: string;
  readonly tls: RegistryTls | undefined;
  readonly lifetimeMs: number;
  readonly now: () => number;
}

/**
 * Starts the double: 400 when Authorization comes along ("Only one auth mechanism allowed", as S3), 403 for an
 * address that is expired, changed, or used with another method.
 */
export async function startLayerOrigin(options: LayerOriginOptions): Promise<LayerOrigin> {
  const { lifetimeMs, now } = options;
  const key = randomBytes(32);
  let content: RegistryContent | undefined;
  const requests = new RequestLog(100_000);
  const sign = (path: string, expires: string): string =>
    createHmac('sha256', key).update(`GET ${path} ${expires}`).digest('hex');

  const refusal = ({ headers, method, path, query }: RegistryRequest): RegistryResponse | undefined => {
    const expires = query.get('X-Amz-Expires-At') ?? '';
    if (headers.authorization !== undefined) {
      return failure(400, 'InvalidArgument', 'Only one auth mechanism allowed');
    }
    if (method !== 'GET' || query.get('X-Amz-Signature') !== sign(path, expires)) {
      return failure(403, 'SignatureDoesNotMatch', 'The request signature does not match');
    }
    return Number(expires) <= now() ? failure(403, 'AccessDenied', 'Request has expired') : undefined;
  };

  const serve = async (request: RegistryRequest): Promise<RegistryResponse> => {
    const refused = refusal(request);
    if (refused) return refused;
    const slash = request.path.lastIndexOf('/');
    const repository = request.path.slice(1, slash);
    const digest = parseDigest(request.path.slice(slash + 1));
    const blob = content?.blob(repository, digest);
    if (!content || !blob) return failure(404, 'NoSuchKey', 'The specified key does not exist');
    const range = selectRange(request.headers.range, blob.sizeBytes);
    if (range === 'unsatisfiable') return failure(416, 'InvalidRange', 'The range is not satisfiable');
    const body = await content.readBlob(repository, digest, range === 'whole' ? undefined : range);
    const headers = { 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
    if (range === 'whole') {
      return { status: 200, headers: { ...headers, 'content-length': String(blob.sizeBytes) }, body };
    }
    const { start, end } = range;
    return {
      status: 206,
      headers: {
        ...headers,
        'content-length': String(end - start + 1),
        'content-range': `bytes ${start}-${end}/${blob.sizeBytes}`,
      },
      body,
    };
  };

  const { host, tls } = options;
  const server = await startHttpServer({
    host,
    port: 0,
    tls,
    idleMs: 120_000,
    handler: serve,
    log: requests,
    now,
  });
  return {
    url: server.url,
    requests,
    presign(repository, digest) {
      const path = `/${repository}/${digest}`;
      const expires = String(now() + lifetimeMs);
      return `${server.url}${path}?X-Amz-Expires-At=${expires}&X-Amz-Signature=${sign(path, expires)}`;
    },
    attach(served) {
      content = served;
    },
    close: () => server.close(),
  };
}

function failure(status: number, code: string, message: string): RegistryResponse {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body: Buffer.from(xml) };
}
