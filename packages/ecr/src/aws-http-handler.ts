import { readBody, type HttpClient, type HttpMethod } from '@oci-sync/oci-client';

const mostResponseBytes = 1024 * 1024;

/** HTTP as far as AWS calls need it. */
export type AwsHttp = Pick<HttpClient, 'request'>;

/** A request as the AWS SDK hands it to its handler, already signed. */
export interface AwsHttpRequest {
  readonly method: string;
  /** `https:` */
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What the AWS SDK wants back. */
export interface AwsHttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** The SDK's own interface for what sends its requests. */
export interface AwsHttpHandler {
  readonly metadata: { readonly handlerProtocol: 'http/1.1' };
  handle(
    request: AwsHttpRequest,
    options?: { readonly abortSignal?: unknown },
  ): Promise<{ readonly response: AwsHttpResponse }>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
}

/**
 * Sends the AWS SDK's requests over our own HTTP client, so that proxies, extra CAs and time-outs are the same as for
 * registries; the SDK by itself knows no proxy. Repeating is left to the SDK, which knows what AWS means by its
 * error codes; redirects are not followed.
 */
export function createAwsHttpHandler(http: AwsHttp): AwsHttpHandler {
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request, { abortSignal } = {}) => {
      const { authorization, ...headers } = request.headers;
      const response = await http.request({
        method: requestMethod(request.method),
        url: requestUrl(request),
        headers,
        authorization,
        body: requestBody(request.body),
        followRedirects: false,
        retry: false,
        signal: abortSignal instanceof AbortSignal ? abortSignal : undefined,
      });
      const body = await readBody(response, mostResponseBytes, 'the answer');
      return {
        response: { statusCode: response.status, headers: flatHeaders(response.headers), body },
      };
    },
    // The SDK may call both to change time-outs, which are ours to decide.
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

function requestMethod(method: string): HttpMethod {
  if (method === 'GET' || method === 'POST' || method === 'PUT' || method === 'DELETE') return method;
  throw new TypeError(`no AWS call is made with ${method}`);
}

function requestUrl({ protocol, hostname, port, path, query = {} }: AwsHttpRequest): URL {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((each: string) => `${escape(name)}=${escape(each)}`),
  );
  const search = pairs.length === 0 ? '' : `?${pairs.join('&')}`;
  return new URL(`${protocol}//${host}${port === undefined ? '' : `:${port}`}${path}${search}`);
}

/** Percent-encodes as signatures require it: everything but RFC 3986's unreserved characters. */
function escape(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function requestBody(body: unknown): Uint8Array | undefined {
  if (body === undefined || body === null || body instanceof Uint8Array) return body ?? undefined;
  if (typeof body === 'string') return new TextEncoder().encode(body);
  throw new TypeError('no AWS call is made with a streamed body');
}

function flatHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}
