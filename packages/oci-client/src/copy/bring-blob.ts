import type { Descriptor } from '../content/descriptor.js';
import type { BlobUpload } from '../content/store.js';
import { untilAnswered } from './answer.js';
import { atDestination, type CopyContext } from './copy-context.js';
import {
  claimBlob,
  settleUploaded,
  type Claim,
  type Holder,
  type RegistryLedger,
} from './registry-ledger.js';
import { untilAborted } from './until-aborted.js';
import { uploadBlob } from './upload-blob.js';
import { withRepository } from './with-repository.js';

/** How a blob came to be in the destination repository. */
export type BlobOutcome = 'copied' | 'mounted' | 'existing';

type Mounted = { readonly mounted: true } | { readonly mounted: false; readonly session: BlobUpload };

async function tryMount(context: CopyContext, blob: Descriptor, from: string): Promise<Mounted> {
  const { destination, ledger, signal } = context;
  const mount = { digest: blob.digest, from };
  const started = await atDestination(
    context,
    'mount blob',
    async () => withRepository(context, async () => destination.startUpload({ mount, signal })),
    blob.digest,
  );
  if (started.outcome === 'started') return { mounted: false, session: started.upload };
  if (ledger.mounts === 'unknown') ledger.mounts = 'works';
  return { mounted: true };
}

async function upload(context: CopyContext, blob: Descriptor, session?: BlobUpload): Promise<BlobOutcome> {
  await uploadBlob(context, blob, session);
  return 'copied';
}

/** The first of a run to want a blob: it may be in the repository from earlier. */
async function lead(context: CopyContext, blob: Descriptor): Promise<BlobOutcome> {
  const { destination, ledger, repository, signal } = context;
  if (repository.isNew === true) return upload(context, blob);
  if (ledger.mounts === 'works' && !ledger.mountNeedsCommit) {
    // Mounting from the repository itself asks and opens a session in one request.
    const result = await tryMount(context, blob, repository.name);
    return result.mounted ? 'existing' : upload(context, blob, result.session);
  }
  const there = await atDestination(
    context,
    'check blob',
    async () => destination.hasBlob(blob, { signal }),
    blob.digest,
  );
  return there ? 'existing' : upload(context, blob);
}

function mountsAreOff(ledger: RegistryLedger): boolean {
  return ledger.mounts === 'off';
}

/**
 * Somebody else's repository has the blob, or will have it.
 * @param mayWait whether to wait for the holder's manifest: only on a claim made together with all others of the image
 */
async function follow(
  context: CopyContext,
  blob: Descriptor,
  holder: Holder,
  mayWait: boolean,
): Promise<BlobOutcome> {
  const { ledger, signal } = context;
  const isCommitted = (): boolean => holder.committed.given === true;
  const committedOrOff = async (): Promise<void> =>
    untilAnswered([holder.committed, ledger.mountsOff], signal);
  await untilAnswered([holder.uploaded, ledger.mountsOff], signal);
  if (holder.uploaded.given !== true) return lead(context, blob);
  if (ledger.mountNeedsCommit && !isCommitted()) {
    if (!mayWait) return lead(context, blob);
    await committedOrOff();
    if (!isCommitted()) return lead(context, blob);
  }
  if (mountsAreOff(ledger)) return lead(context, blob);

  // As it was when the request left: by the time of a refusal the manifest may be there.
  const wasCommitted = isCommitted();
  const first = await tryMount(context, blob, holder.repository);
  if (first.mounted) return 'mounted';
  // Where mounts are known to work, one that does not is this blob's own affair (ECR: another encryption key).
  if (ledger.mounts === 'works') return upload(context, blob, first.session);
  if (!wasCommitted) {
    ledger.mountNeedsCommit = true;
    if (!mayWait) return upload(context, blob, first.session);
    await first.session.cancel({ signal });
    await committedOrOff();
    if (!isCommitted() || mountsAreOff(ledger)) return lead(context, blob);
    const second = await tryMount(context, blob, holder.repository);
    if (second.mounted) return 'mounted';
    ledger.turnMountsOff();
    return upload(context, blob, second.session);
  }
  ledger.turnMountsOff();
  return upload(context, blob, first.session);
}

async function carryOut(
  context: CopyContext,
  blob: Descriptor,
  claim: Claim,
  mayWait: boolean,
): Promise<BlobOutcome> {
  const { ledger, repository } = context;
  switch (claim.role) {
    case 'present':
      return 'existing';
    case 'join':
      // A late claim must not wait for one that may wait for this image's own manifest.
      if (!mayWait && claim.mayWait) return lead(context, blob);
      if (await untilAborted(claim.done, context.signal)) return 'existing';
      return carryOut(context, blob, claimBlob(ledger, repository, blob.digest, { mayWait: false }), false);
    case 'follow':
    case 'lead': {
      let there = false;
      try {
        const outcome =
          claim.role === 'lead'
            ? await lead(context, blob)
            : await follow(context, blob, claim.holder, mayWait);
        there = true;
        return outcome;
      } finally {
        if (claim.role === 'lead') settleUploaded(ledger, claim.lead, there);
        claim.settle(there);
      }
    }
  }
}

/**
 * Sees to it that a claimed blob is in the destination repository, by the cheapest way: known to be there, in flight,
 * mounted, found there, sent.
 */
export async function bringBlob(context: CopyContext, blob: Descriptor, claim: Claim): Promise<BlobOutcome> {
  const outcome = await carryOut(context, blob, claim, true);
  context.emit({ type: 'blob-done', digest: blob.digest, sizeBytes: blob.size, outcome });
  return outcome;
}
