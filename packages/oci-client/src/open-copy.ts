import { setTimeout as delay } from 'node:timers/promises';
import type { ContentDestination, ContentSource } from './content/store.js';
import {
  resolveSelection,
  type CopierOptions,
  type CopyCallOptions,
  type CopyRequest,
  type ResolvedSelection,
  type SidedRequestEvent,
} from './copy-options.js';
import type { CopyContext } from './copy/copy-context.js';
import type { CopySubject } from './copy/events.js';
import { createRegistryLedger, repositoryRecord, type RegistryLedger } from './copy/registry-ledger.js';
import { scopedSignal } from './copy/scoped-signal.js';
import { SharedCall } from './copy/shared-call.js';
import { createTransferQueue } from './copy/transfer-queue.js';
import type { Side } from './errors/oci-error.js';
import { at } from './errors/place.js';
import { openLayout } from './layout/open-layout.js';
import { parseReference, withDefaultTag } from './reference/parse-reference.js';
import type { Reference } from './reference/reference.js';
import { openRegistry } from './registry/open-registry.js';
import type { RegistryClient } from './registry/registry-client.js';

const largeSizeBytes = 8 * 1024 * 1024;
/** Connections opened ahead for the blobs of an image, of which most have a few. */
const connectionsPerImage = 4;
const firstBackoffMs = 500;
const longestBackoffMs = 15_000;

/** One copy with both its ends open. */
export interface OpenCopy {
  readonly context: CopyContext;
  readonly selection: ResolvedSelection;
  /** Tag or digest at the source. */
  readonly sourceName: string;
  readonly destination: Reference;
}

/** Opens what the copies of one run read from and write to, and keeps what they share about it. */
export interface CopyOpener {
  /** Both ends of a copy. @throws CopyError when a reference or an option is wrong, or a registry cannot be prepared */
  openCopy(request: CopyRequest, options: CopyCallOptions): Promise<OpenCopy>;
  /** A repository or layout to look into. */
  openSource(reference: Reference, options: CopyCallOptions): Promise<ContentSource>;
}

function mountableSource(source: Reference, destination: Reference): string | undefined {
  if (source.kind === 'layout' || destination.kind === 'layout') return undefined;
  return source.registry === destination.registry && source.repository !== destination.repository
    ? source.repository
    : undefined;
}

/** Makes the opener of a run over its registry client. */
export function createCopyOpener(client: RegistryClient, options: CopierOptions): CopyOpener {
  const { transfers = 32, largeTransfers = 6, maxAttempts = 4, random = Math.random } = options;
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

  const openCopy = async (request: CopyRequest, outer: CopyCallOptions): Promise<OpenCopy> => {
    const signal = scopedSignal(outer.signal);
    const subject: CopySubject = { source: request.source, destination: request.destination };
    const source = await at(
      { side: 'source', operation: 'parse reference', reference: request.source },
      async () => withDefaultTag(parseReference(request.source)),
    );
    const destination = await at(
      { side: 'destination', operation: 'parse reference', reference: request.destination },
      async () => withDefaultTag(parseReference(request.destination)),
    );
    const selection = await at(
      { side: 'source', operation: 'select platforms', reference: request.source },
      async () => resolveSelection(request),
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
      requests,
      signal,
    };
    return { context, selection, sourceName: source.digest ?? source.tag ?? 'latest', destination };
  };

  return {
    openCopy,
    openSource: async (reference, { signal }) => {
      await prepare(reference, 'source', signal);
      return openStore(reference, 'pull', (event) => options.onRequest?.(event));
    },
  };
}
