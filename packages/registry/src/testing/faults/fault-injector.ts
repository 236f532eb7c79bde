import type { Handler, Middleware, RegistryRequest } from '../../http/exchange.js';
import { matchesFilter, type RequestFilter } from '../../http/request-log.js';
import { routeRepository } from '../../http/route.js';

/** One way to misbehave. */
export type Fault = Middleware;

/** When a fault strikes. */
export interface FaultRule extends Omit<RequestFilter, 'status'> {
  /** How many matching requests it strikes. @default all of them */
  readonly times?: number | undefined;
  /** How many matching requests it lets pass first. @default 0 */
  readonly after?: number | undefined;
  /** A further condition. @default none */
  readonly where?: ((request: RegistryRequest) => boolean) | undefined;
}

/** A fault in place. */
export interface InjectedFault {
  /** How many requests it has struck so far. */
  readonly hits: number;
  remove(): void;
}

interface Entry {
  readonly fault: Fault;
  readonly rule: FaultRule;
  seen: number;
  hits: number;
}

/** Faults of one registry, switched on and off while it runs. Several that match one request apply together. */
export class FaultInjector {
  #entries: Entry[] = [];

  /** Switches a fault on, for every request unless the rule says less. The first one injected is outermost. */
  inject(fault: Fault, rule: FaultRule = {}): InjectedFault {
    const entry: Entry = { fault, rule, seen: 0, hits: 0 };
    this.#entries.push(entry);
    return {
      get hits() {
        return entry.hits;
      },
      remove: () => {
        this.#entries = this.#entries.filter((candidate) => candidate !== entry);
      },
    };
  }

  /** Switches every fault off. */
  clear(): void {
    this.#entries = [];
  }

  /** Give this to the registry's `middleware`. */
  readonly middleware: Middleware = (request, next, state) => {
    const striking = this.#entries.filter((entry) => strikes(entry, request));
    return striking.reduceRight<Handler>(
      (inner, { fault }) =>
        (changed) =>
          fault(changed, inner, state),
      next,
    )(request);
  };
}

function strikes(entry: Entry, request: RegistryRequest): boolean {
  const { method, path, route } = request;
  const { times = Infinity, after = 0, where, ...filter } = entry.rule;
  const subject = { method, path, route: route.kind, repository: routeRepository(route) };
  if (!matchesFilter(subject, filter) || where?.(request) === false) return false;
  entry.seen += 1;
  if (entry.seen <= after || entry.hits >= times) return false;
  entry.hits += 1;
  return true;
}
