import { createHash } from 'node:crypto';
import {
  request as httpRequest,
  type Agent,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import type { Digest } from '@oci-sync/oci-client';

/** An answer, read whole. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** What the Link header says comes next, as it is written there. */
  readonly next: string | undefined;
  readonly json: () => unknown;
  /** The code of the first error in the body. */
  readonly errorCode: () => unknown;
  readonly errorMessage: () => string;
}

/** What `send` sends besides method and address. */
export interface PlainRequest {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
  /** Sends the body without a Content-Length. */
  readonly chunked?: boolean;
  /** Destroys the connection after this many bytes of the body. */
  readonly abortAfterBytes?: number;
  /** @default a connection of its own */
  readonly agent?: Agent;
  readonly tls?: Pick<RequestOptions, 'ca' | 'cert' | 'key'>;
}

/** One request, redirects not followed. */
export function send(method: string, url: string, options: PlainRequest = {}): Promise<PlainResponse> {
  const { body, chunked, abortAfterBytes, agent = false, tls } = options;
  const bytes = Buffer.from(body ?? '');
  const headers: OutgoingHttpHeaders = { ...options.headers };
  if (!chunked && (bytes.length > 0 || method === 'PUT' || method === 'POST' || method === 'PATCH')) {
    headers['content-length'] ??= bytes.length;
  }
  return new Promise((resolve, reject) => {
    const open = url.startsWith('https:') ? httpsRequest : httpRequest;
    const outgoing = open(url, { method, headers, agent, ...tls }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => resolve(response(incoming.statusCode ?? 0, incoming.headers, chunks)));
    });
    outgoing.on('error', reject);
    if (abortAfterBytes !== undefined) {
      outgoing.write(bytes.subarray(0, abortAfterBytes), () => setTimeout(() => outgoing.destroy(), 50));
    } else if (chunked) {
      outgoing.write(bytes.subarray(0, 1));
      outgoing.end(bytes.subarray(1));
    } else {
      outgoing.end(bytes);
    }
  });
}

function response(status: number, headers: IncomingHttpHeaders, chunks: readonly Buffer[]): PlainResponse {
  const body = Buffer.concat(chunks);
  const json = (): unknown => JSON.parse(body.toString('utf8'));
  const firstError = () => (json() as { errors: { code: string; message: string }[] }).errors[0];
  const link = headers['link'];
  return {
    status,
    headers,
    body,
    next: typeof link === 'string' ? /^<([^>]+)>; rel="next"$/.exec(link)?.[1] : undefined,
    json,
    errorCode: () => firstError()?.code,
    errorMessage: () => firstError()?.message ?? '',
  };
}

/** The digest of some bytes, computed apart from the registry's own code. */
export function digestOf(bytes: Uint8Array | string, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}

/** A Basic Authorization header. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Opens an upload; the absolute address of its session. */
export async function openUpload(
  origin: string,
  repository: string,
  headers: OutgoingHttpHeaders = {},
): Promise<string> {
  const opened = await send('POST', `${origin}/v2/${repository}/blobs/uploads/`, { headers });
  if (opened.status !== 202) throw new Error(`POST answered ${opened.status}: ${opened.body.toString()}`);
  return new URL(opened.headers.location ?? '', origin).href;
}

/** The address that completes an upload. */
export function completing(location: string, digest: string): string {
  return `${location}${location.includes('?') ? '&' : '?'}digest=${digest}`;
}
