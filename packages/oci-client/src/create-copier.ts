import pLimit from 'p-limit';
import type { ContentSource } from './content/store.js';
import type {
  CopierOptions,
  CopyAllOptions,
  CopyCallOptions,
  CopyOutcome,
  CopyRequest,
  PlanOutcome,
} from './copy-options.js';
import { copyContent } from './copy/copy-content.js';
import type { CopyContext } from './copy/copy-context.js';
import type { CopyReport } from './copy/copy-report.js';
import { verifyContent, type VerifyReport } from './copy/verify-content.js';
import { placed } from './errors/place.js';
import { createCopyOpener } from './open-copy.js';
import { planContent, type ContentPlan } from './plan/plan-content.js';
import { predictCopy, type CopyPlan, type PredictedHolders } from './plan/predict-copy.js';
import type { Reference } from './reference/reference.js';
import { createRegistryClient, type RegistryClient } from './registry/registry-client.js';

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

function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function wasAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Makes a copier. Nothing is connected before the first call. */
export function createCopier(options: CopierOptions = {}): Copier {
  const client = createRegistryClient({
    http: options.http,
    credentials: options.credentials,
    profileFor: options.profileFor,
    onCredentialRefused: options.onCredentialRefused,
    onRateLimit: options.onRateLimit,
  });
  const opener = createCopyOpener(client, options);

  const planOnly = async (request: CopyRequest, outerSignal: AbortSignal | undefined): Promise<OpenPlan> => {
    const { context, selection, sourceName, destination } = await opener.openCopy(request, {
      signal: outerSignal,
    });
    const { source, destination: store, sourceReference, destinationReference, signal } = context;
    const plan = await planContent({
      source,
      destination: store,
      sourceReference,
      destinationReference,
      sourceName,
      destinationTag: destination.tag,
      destinationDigest: destination.digest,
      ...selection,
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
    const { context, selection, sourceName, destination } = await opener.openCopy(request, {
      signal,
    });
    context.emit({ type: 'image-started' });
    try {
      const report = await copyContent(context, {
        sourceName,
        destinationTag: destination.tag,
        destinationDigest: destination.digest,
        ...selection,
        cache: options.cache,
        startedAtMs,
      });
      context.emit({ type: 'image-finished', outcome: report.outcome, digest: report.digest });
      return report;
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
    open: async (reference, { signal } = {}) => opener.openSource(reference, { signal }),
    close: async () => client.close(),
  };
}
