import type { Descriptor } from '../content/descriptor.js';
import type { BlobUpload, ContentDestination } from '../content/store.js';
import { isOciError, OciError } from '../errors/oci-error.js';
import { BlobRelay } from './blob-relay.js';
import { destinationPlace, sourcePlace, type CopyContext } from './copy-context.js';
import { placed } from '../errors/place.js';
import { withRepository } from './with-repository.js';

const maxReconnects = 4;
const progressIntervalMs = 200;

async function startUpload(context: CopyContext): Promise<BlobUpload> {
  const { destination, signal } = context;
  const started = await withRepository(context, async () => destination.startUpload({ signal }));
  if (started.outcome === 'started') return started.upload;
  throw new OciError('the destination answered an upload as if it were a mount', { code: 'OCI_REGISTRY' });
}

/** Progress of one blob, passed on at a rate that a terminal can follow. */
function progressReporter(context: CopyContext, blob: Descriptor): (bytes: number) => void {
  let sent = 0;
  let reportedAtMs = performance.now();
  return (bytes) => {
    sent += bytes;
    const nowMs = performance.now();
    if (sent < blob.size && nowMs - reportedAtMs < progressIntervalMs) return;
    reportedAtMs = nowMs;
    context.emit({ type: 'blob-progress', digest: blob.digest, bytes: sent, sizeBytes: blob.size });
  };
}

async function openRelay(context: CopyContext, blob: Descriptor): Promise<BlobRelay> {
  const { source, signal } = context;
  const open = async (offset: number): ReturnType<typeof source.fetchBlob> =>
    source.fetchBlob(blob, { offset, signal });
  return new BlobRelay(await open(0), {
    descriptor: blob,
    open,
    maxReconnects,
    onBytes: progressReporter(context, blob),
    onReconnect: (error, offset) =>
      context.emit({
        type: 'retry',
        side: 'source',
        digest: blob.digest,
        reason: `${error instanceof Error ? error.message : String(error)} (going on at byte ${offset})`,
        attempt: 1,
      }),
  });
}

type Attempt =
  | { readonly done: true }
  | { readonly done: false; readonly side: 'source' | 'destination'; readonly error: unknown };

/** One GET streamed into one upload session. */
async function attemptUpload(
  context: CopyContext,
  blob: Descriptor,
  session: BlobUpload | undefined,
): Promise<Attempt> {
  // Both ends at the same time: the session costs a round trip, and so does the source's answer.
  const [opened, started] = await Promise.allSettled([
    openRelay(context, blob),
    session === undefined ? startUpload(context) : Promise.resolve(session),
  ]);
  if (opened.status === 'rejected' || started.status === 'rejected') {
    if (opened.status === 'fulfilled') opened.value.destroy();
    if (started.status === 'fulfilled') await started.value.cancel({ signal: context.signal });
    return started.status === 'rejected'
      ? { done: false, side: 'destination', error: started.reason }
      : { done: false, side: 'source', error: opened.status === 'rejected' ? opened.reason : undefined };
  }
  const relay = opened.value;
  try {
    await started.value.send(blob, relay, { signal: context.signal });
    return { done: true };
  } catch (error) {
    await started.value.cancel({ signal: context.signal });
    return relay.failure === undefined
      ? { done: false, side: 'destination', error }
      : { done: false, side: 'source', error: relay.failure };
  } finally {
    relay.destroy();
  }
}

async function landed(
  destination: ContentDestination,
  blob: Descriptor,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  try {
    return await destination.hasBlob(blob, { signal });
  } catch (error) {
    if (isOciError(error)) return false;
    throw error;
  }
}

function isWorthAnotherTry(attempt: Attempt & { done: false }): boolean {
  return isOciError(attempt.error) && attempt.error.retryable;
}

/**
 * Sends a blob from source to destination as one stream. A failed upload starts over with a new session and a new
 * source stream (never the same session: registry note ECR), after asking whether the blob landed all the same.
 * @param session an open session to use first
 * @throws CopyError of the side that failed last
 */
export async function uploadBlob(
  context: CopyContext,
  blob: Descriptor,
  session?: BlobUpload,
): Promise<void> {
  const { ledger, signal } = context;
  await ledger.queue.run(blob.size, signal, async () => {
    context.emit({ type: 'blob-started', digest: blob.digest, sizeBytes: blob.size });
    for (let attempt = 1; ; attempt += 1) {
      const result = await attemptUpload(context, blob, attempt === 1 ? session : undefined);
      if (result.done) return;
      signal?.throwIfAborted();
      const { error, side } = result;
      const place =
        side === 'source'
          ? sourcePlace(context, 'fetch blob', blob.digest)
          : destinationPlace(context, 'push blob', blob.digest);
      if (!isWorthAnotherTry(result) || attempt >= context.maxAttempts) throw placed(error, place);
      if (side === 'destination' && (await landed(context.destination, blob, signal))) return;
      context.emit({
        type: 'retry',
        side,
        digest: blob.digest,
        reason: error instanceof Error ? error.message : String(error),
        attempt: attempt + 1,
      });
      await context.backoff(attempt + 1, signal);
    }
  });
}
