import type { IncomingHttpHeaders } from 'node:http';
import type { RouteKind } from './route.js';

/** One request that reached the registry. Headers are kept as sent, credentials included: it lives in memory only. */
export interface RecordedRequest {
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: RouteKind;
  readonly repository: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds since the epoch at which the request's headers arrived. */
  readonly timeMs: number;
  /** Milliseconds until the answer was sent or given up; undefined while it is under way. */
  readonly durationMs: number | undefined;
  /** The answer's status; undefined while there is none, or when the connection went away first. */
  readonly status: number | undefined;
}

/** Which requests are meant; every given field has to match. */
export interface RequestFilter {
  readonly method?: string | readonly string[] | undefined;
  /** The whole path, or a pattern it has to match. */
  readonly path?: string | RegExp | undefined;
  readonly route?: RouteKind | readonly RouteKind[] | undefined;
  readonly repository?: string | undefined;
  readonly status?: number | undefined;
}

/** Whether a request, recorded or just arriving, is one of those a filter means. */
export function matchesFilter(
  request: Pick<RecordedRequest, 'method' | 'path' | 'route' | 'repository'> & {
    readonly status?: number | undefined;
  },
  filter: RequestFilter,
): boolean {
  return (
    isOneOf(request.method, filter.method) &&
    isOneOf(request.route, filter.route) &&
    (filter.repository === undefined || request.repository === filter.repository) &&
    (filter.status === undefined || request.status === filter.status) &&
    (filter.path === undefined ||
      (typeof filter.path === 'string' ? request.path === filter.path : filter.path.test(request.path)))
  );
}

function isOneOf(value: string, wanted: string | readonly string[] | undefined): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? value === wanted : wanted.includes(value);
}

/** The requests a registry received, oldest first; beyond `capacity` the oldest are forgotten. */
export class RequestLog {
  readonly #capacity: number;
  #entries: RecordedRequest[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Appends a request; the server updates the entry while the request is under way. */
  add(entry: RecordedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > this.#capacity) this.#entries.shift();
  }

  /** The requests that match, oldest first; all without a filter. */
  list(filter: RequestFilter = {}): readonly RecordedRequest[] {
    return this.#entries.filter((entry) => matchesFilter(entry, filter));
  }

  /** How many requests match. */
  count(filter: RequestFilter = {}): number {
    return this.list(filter).length;
  }

  /** The matching requests as `METHOD path?query` lines, for assertions that print well. */
  lines(filter: RequestFilter = {}): readonly string[] {
    return this.list(filter).map(({ method, path, query }) => {
      const text = query.toString();
      return `${method} ${path}${text === '' ? '' : `?${text}`}`;
    });
  }

  /** Forgets what was received so far. */
  clear(): void {
    this.#entries = [];
  }
}
