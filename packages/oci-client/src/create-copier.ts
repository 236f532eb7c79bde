import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ContentDestination, ContentSource } from './content/store.js';
import type {
  CopierOptions,
  CopyAllOptions,
  CopyCallOptions,
  CopyOutcome,
  CopyRequest,
  PlanOutcome,
  SidedRequestEvent,
} from './copy-options.js';
import { resolveSelection } from './copy-options.js';
import { copyContent } from './copy/copy-content.js';
import type { CopyContext } from './copy/copy-context.js';
import type { CopyReport } from './copy/copy-report.js';
import type { CopySubject } from './copy/events.js';
import { createRegistryLedger, repositoryRecord, type RegistryLedger } from './copy/registry-ledger.js';
import { scopedSignal } from './copy/scoped-signal.js';
import { SharedCall } from './copy/shared-call.js';
import { createTransferQueue } from './copy/transfer-queue.js';
import { verifyContent, type VerifyReport } from './copy/verify-content.js';
import type { Side } from './errors/oci-error.js';
import { at, placed } from './errors/place.js';
import { openLayout } from './layout/open-layout.js';
import { planContent, type ContentPlan } from './plan/plan-content.js';
import { predictCopy, type CopyPlan, type PredictedHolders } from './plan/predict-copy.js';
import { parseReference, withDefaultTag } from './reference/parse-reference.js';
import type { Reference } from './reference/reference.js';
import { openRegistry } from './registry/open-registry.js';
import { createRegistryClient, type RegistryClient } from './registry/registry-client.js';

const largeSizeBytes = 8 * 1024 * 1024;
/** Connections opened ahead for the blobs of an image, of which most have a few. */
const connectionsPerImage = 4;
const firstBackoffMs = 500;
const longestBackoffMs = 15_000;

/**
 * Copies images for one run. Everything worth sharing is shared by its copies: connections, tokens, limits, blobs in
 * flight, what is known of each destination repository. Close it at the end.
 */
export interface Copier {
  /** What copying would do; writes nothing. @throws CopyError */
  plan(request: CopyRequest, options?: CopyCallOptions): Promise<CopyPlan>;
  /**
   * What copying several images would do, in this order: blobs that an earlier one brings are foretold as mounts. One
   * that cannot be planned does not stop the others. Rejects only with the signal's reason.
   */
  planAll(requests: readonly CopyRequest[], options?: CopyCallOptions): Promise<readonly PlanOutcome[]>;
  /** Looks whether the destination has an image, all of it; writes nothing. @throws CopyError */
  verify(request: CopyRequest, options?: CopyCallOptions): Promise<VerifyReport>;
  /** Copies one image. @throws CopyError; the signal's reason, untouched */
  copy(request: CopyRequest, options?: CopyCallOptions): Promise<CopyReport>;
  /**
   * Copies several at the same time; one that fails does not stop the others. Resolves with their outcomes in the order
   * of the requests. Rejects only with the signal's reason, once everything in flight has been given up; `onOutcome` has
   * told by then what was done.
   */
  copyAll(requests: readonly CopyRequest[], options?: CopyAllOptions): Promise<readonly CopyOutcome[]>;
  /** Opens a reference's repository or layout to look into it, over the same connections and credentials. */
  open(reference: Reference, options?: CopyCallOptions): Promise<ContentSource>;
  /** The shared registry client, for what a copier does not do itself. */
  readonly client: RegistryClient;
  /** Closes all connections at once. */
  close(): Promise<void>;
}

interface OpenPlan {
  readonly plan: ContentPlan;
  readonly context: CopyContext;
}

interface OpenCopy {
  readonly context: CopyContext;
  readonly sourceName: string;
  readonly destination: Reference;
  readonly requests: { source: number; destination: number };
}

function mountableSource(source: Reference, destination: Reference): string | undefined {
  if (source.kind === 'layout' || destination.kind === 'layout') return undefined;
  return source.registry === destination.registry && source.repository !== destination.repository
    ? source.repository
    : undefined;
}

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function wasAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Makes a copier. Nothing is connected before the first call. */
export function createCopier(options: CopierOptions = {}): Copier {
  const { transfers = 32, largeTransfers = 6, maxAttempts = 4, random = Math.random } = options;
  const client = createRegistryClient({
    http: options.http,
    credentials: options.credentials,
    profileFor: options.profileFor,
    onCredentialRefused: options.onCredentialRefused,
    onRateLimit: options.onRateLimit,
  });
  const ledgers = new Map<string, RegistryLedger>();
  const layouts = new Map<string, ContentDestination>();
  const prepared = new Map<string, SharedCall<void>>();

  const openStore = (
    reference: Reference,
    access: 'pull' | 'push',
    onRequest: (event: SidedRequestEvent) => void,
  ): ContentDestination => {
    if (reference.kind === 'layout') {
      const known = layouts.get(reference.path) ?? openLayout({ path: reference.path });
      layouts.set(reference.path, known);
      return known;
    }
    const side: Side = access === 'push' ? 'destination' : 'source';
    const { registry, repository } = reference;
    return openRegistry(client, {
      registry,
      repository,
      access,
      onRequest: (event) => onRequest({ ...event, side }),
    });
  };

  const prepare = async (
    reference: Reference,
    side: Side,
    signal: AbortSignal | undefined,
  ): Promise<void> => {
    const { prepareRegistry } = options;
    if (prepareRegistry === undefined || reference.kind === 'layout') return;
    const { registry } = reference;
    const key = `${side} ${registry}`;
    const preparing = prepared.get(key) ?? new SharedCall();
    prepared.set(key, preparing);
    await preparing.run(signal, async () => prepareRegistry(registry, side, signal));
  };

  const ledgerOf = (destination: ContentDestination): RegistryLedger => {
    const key = destination.mounts?.registry ?? destination.name;
    const known = ledgers.get(key);
    if (known !== undefined) return known;
    const ledger = createRegistryLedger({
      queue: createTransferQueue({ transfers, largeTransfers, largeSizeBytes }),
      canMount: destination.mounts?.areOn ?? false,
      mountNeedsCommit: destination.mounts?.needsCommittedManifest ?? false,
    });
    ledgers.set(key, ledger);
    return ledger;
  };

  const preconnect = (references: readonly Reference[], connections: number): void => {
    for (const reference of references) {
      if (reference.kind !== 'layout') client.preconnect(reference.registry, connections);
    }
  };

  const backoff = async (attempt: number, signal: AbortSignal | undefined): Promise<void> => {
    const longestMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** (attempt - 2));
    await delay(longestMs * random(), undefined, { signal }).catch(() => signal?.throwIfAborted());
  };

  const openCopy = async (request: CopyRequest, outerSignal: AbortSignal | undefined): Promise<OpenCopy> => {
    const signal = scopedSignal(outerSignal);
    const subject: CopySubject = { source: request.source, destination: request.destination };
    const source = await at(
      { side: 'source', operation: 'parse reference', reference: request.source },
      async () => withDefaultTag(parseReference(request.source)),
    );
    const destination = await at(
      { side: 'destination', operation: 'parse reference', reference: request.destination },
      async () => withDefaultTag(parseReference(request.destination)),
    );
    // Found out, and connected to, while the destination is asked.
    preconnect([source], 1);
    await Promise.all([
      at({ side: 'source', operation: 'open', reference: request.source }, async () =>
        prepare(source, 'source', signal),
      ),
      at({ side: 'destination', operation: 'open', reference: request.destination }, async () =>
        prepare(destination, 'destination', signal),
      ),
    ]);
    const requests = { source: 0, destination: 0 };
    const onRequest = (event: SidedRequestEvent): void => {
      requests[event.side] += 1;
      options.onRequest?.(event);
    };
    const store = openStore(destination, 'push', onRequest);
    const ledger = ledgerOf(store);
    const registry = store.mounts?.registry;
    const context: CopyContext = {
      source: openStore(source, 'pull', onRequest),
      destination: store,
      sourceReference: request.source,
      destinationReference: request.destination,
      ledger,
      repository: repositoryRecord(ledger, store.mounts?.repository ?? store.name),
      mountableSource: mountableSource(source, destination),
      creator:
        registry === undefined
          ? undefined
          : options.repositoryCreators?.find((each) => each.handles(registry)),
      maxAttempts,
      backoff,
      preconnect: () => preconnect([source, destination], connectionsPerImage),
      emit: (event) => options.onEvent?.({ ...subject, ...event }),
      signal,
    };
    return { context, sourceName: source.digest ?? source.tag ?? 'latest', destination, requests };
  };

  const planOnly = async (request: CopyRequest, outerSignal: AbortSignal | undefined): Promise<OpenPlan> => {
    const { context, sourceName, destination } = await openCopy(request, outerSignal);
    const { source, destination: store, sourceReference, destinationReference, signal } = context;
    const plan = await planContent({
      source,
      destination: store,
      sourceReference,
      destinationReference,
      sourceName,
      destinationTag: destination.tag,
      destinationDigest: destination.digest,
      ...resolveSelection(request),
      cache: options.cache,
      signal,
    });
    return { plan, context };
  };

  const planWith = async (
    request: CopyRequest,
    predicted: PredictedHolders,
    outerSignal: AbortSignal | undefined,
  ): Promise<CopyPlan> => {
    const { plan, context } = await planOnly(request, outerSignal);
    const { destination: store, destinationReference, signal } = context;
    try {
      return await predictCopy(plan, { ...request, store, predicted, signal });
    } catch (error) {
      throw placed(error, { side: 'destination', operation: 'check blob', reference: destinationReference });
    }
  };

  const copy = async (request: CopyRequest, { signal }: CopyCallOptions = {}): Promise<CopyReport> => {
    signal?.throwIfAborted();
    const startedAtMs = performance.now();
    const { context, sourceName, destination, requests } = await openCopy(request, signal);
    context.emit({ type: 'image-started' });
    try {
      const report = await copyContent(context, {
        sourceName,
        destinationTag: destination.tag,
        destinationDigest: destination.digest,
        ...resolveSelection(request),
        cache: options.cache,
      });
      context.emit({ type: 'image-finished', outcome: report.outcome, digest: report.digest });
      return {
        ...report,
        source: request.source,
        destination: request.destination,
        requests: { ...requests },
        durationMs: Math.round(performance.now() - startedAtMs),
      };
    } catch (error) {
      context.emit({ type: 'image-failed', reason: error instanceof Error ? error.message : String(error) });
      throw error;
    }
  };

  const copyAll = async (
    requests: readonly CopyRequest[],
    all: CopyAllOptions = {},
  ): Promise<readonly CopyOutcome[]> => {
    const { concurrency = 48, failFast = false, onOutcome, signal } = all;
    const limit = pLimit(concurrency);
    let stopped = false;
    const one = async (request: CopyRequest): Promise<CopyOutcome | undefined> => {
      if (wasAborted(signal)) return undefined;
      if (stopped) return { outcome: 'skipped', request };
      try {
        const report = await copy(request, { signal });
        return { outcome: report.outcome, request, report };
      } catch (error) {
        if (wasAborted(signal)) return undefined;
        stopped ||= failFast;
        return { outcome: 'failed', request, error: toError(error) };
      }
    };
    const outcomes = await Promise.all(
      requests.map(async (request) =>
        limit(async () => {
          const outcome = await one(request);
          if (outcome !== undefined) onOutcome?.(outcome);
          return outcome;
        }),
      ),
    );
    signal?.throwIfAborted();
    return outcomes.filter((outcome) => outcome !== undefined);
  };

  return {
    client,
    plan: async (request, { signal } = {}) => planWith(request, new Map(), signal),
    planAll: async (requests, { signal } = {}) => {
      const predicted: PredictedHolders = new Map();
      const outcomes: PlanOutcome[] = [];
      for (const request of requests) {
        try {
          outcomes.push({ request, plan: await planWith(request, predicted, signal) });
        } catch (error) {
          signal?.throwIfAborted();
          outcomes.push({ request, error: toError(error) });
        }
      }
      return outcomes;
    },
    verify: async (request, options = {}) => {
      const { plan, context } = await planOnly(request, options.signal);
      const { source, destination } = request;
      return verifyContent(plan, { source, destination, store: context.destination, signal: context.signal });
    },
    copy,
    copyAll,
    open: async (reference, { signal } = {}) => {
      await prepare(reference, 'source', signal);
      return openStore(reference, 'pull', (event) => options.onRequest?.(event));
    },
    close: async () => client.close(),
  };
}
