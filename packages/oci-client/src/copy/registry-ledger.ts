import type { Digest } from '../reference/digest.js';
import { SharedCall } from './shared-call.js';
import type { TransferQueue } from './transfer-queue.js';

/** A repository that has, or is about to have, a blob: where others can mount it from. */
export interface Holder {
  readonly repository: string;
  /** Settles with whether the blob got there. Never rejects. */
  readonly uploaded: Promise<boolean>;
  /** Settles with whether a manifest that refers to the blob got there. Never rejects. */
  readonly committed: Promise<boolean>;
  readonly isCommitted: () => boolean;
}

/** The holder's own end of a {@link Holder}. */
export interface Lead extends Holder {
  readonly settleUploaded: (there: boolean) => void;
  readonly settleCommitted: (there: boolean) => void;
}

/** A blob on its way to a repository. */
interface Bringing {
  /** Settles with whether it got there. Never rejects. */
  readonly done: Promise<boolean>;
  /** Whether it may wait for the manifest of another image. */
  readonly mayWait: boolean;
}

/** What a copy has to do about one blob of its repository. */
export type Claim =
  /** The repository has it. */
  | { readonly role: 'present' }
  /** Another copy is bringing it there, and `mayWait` for manifests of others to do so. */
  | ({ readonly role: 'join' } & Bringing)
  /** Another repository of the registry has it, or will: mount it from there. */
  | { readonly role: 'follow'; readonly holder: Holder; readonly settle: (there: boolean) => void }
  /** First in this run: find out whether it is there, else send it. */
  | { readonly role: 'lead'; readonly lead: Lead; readonly settle: (there: boolean) => void };

/** What is known of one destination repository in this run. */
export interface RepositoryRecord {
  readonly name: string;
  /** It was missing when this run came to it, so only what this run brought is there. `undefined`: not asked yet. */
  isNew: boolean | undefined;
  /** The one request of this run that tells whether it is there. */
  existence: SharedCall<boolean | undefined>;
  /** The one creation of this run. */
  readonly creation: SharedCall<void>;
  readonly blobs: Map<Digest, 'present' | Bringing>;
  /** Manifests that are there, with all they refer to. */
  readonly manifests: Set<Digest>;
  /** The last update of each subject's list of referrers, where the registry keeps none. */
  readonly referrerUpdates: Map<Digest, Promise<void>>;
}

/** What is known of one destination registry (or layout) in this run; shared by all its copies. */
export interface RegistryLedger {
  readonly queue: TransferQueue;
  /** Whether mounts work; `works` after the first 201, `off` after the first refusal that cannot be explained. */
  mounts: 'unknown' | 'works' | 'off';
  /** Mounts only work for blobs that a pushed manifest refers to. */
  mountNeedsCommit: boolean;
  /** Resolves when `mounts` becomes `off`: nobody needs to wait for a commit any longer. */
  readonly mountsOff: Promise<void>;
  readonly turnMountsOff: () => void;
  readonly repositories: Map<string, RepositoryRecord>;
  readonly holders: Map<Digest, Lead>;
}

interface Settling<T> {
  readonly promise: Promise<T>;
  readonly settle: (value: T) => void;
}

function settling<T>(): Settling<T> {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

/** An empty ledger. */
export function createRegistryLedger(options: {
  readonly queue: TransferQueue;
  readonly canMount: boolean;
  readonly mountNeedsCommit: boolean;
}): RegistryLedger {
  const off = settling<void>();
  const ledger: RegistryLedger = {
    queue: options.queue,
    mounts: options.canMount ? 'unknown' : 'off',
    mountNeedsCommit: options.mountNeedsCommit,
    mountsOff: off.promise,
    turnMountsOff: () => {
      ledger.mounts = 'off';
      off.settle();
    },
    repositories: new Map(),
    holders: new Map(),
  };
  if (!options.canMount) off.settle();
  return ledger;
}

/** The record of a repository, made when it is asked for first. */
export function repositoryRecord(ledger: RegistryLedger, name: string): RepositoryRecord {
  const known = ledger.repositories.get(name);
  if (known !== undefined) return known;
  const record: RepositoryRecord = {
    name,
    isNew: undefined,
    existence: new SharedCall(),
    creation: new SharedCall(),
    blobs: new Map(),
    manifests: new Set(),
    referrerUpdates: new Map(),
  };
  ledger.repositories.set(name, record);
  return record;
}

/** Forgets that content is in a repository, so that it is looked for. What is in flight stays so. */
export function forgetContent(repository: RepositoryRecord, digests: Iterable<Digest>): void {
  repository.isNew = false;
  for (const digest of digests) {
    repository.manifests.delete(digest);
    if (repository.blobs.get(digest) === 'present') repository.blobs.delete(digest);
  }
}

function createLead(ledger: RegistryLedger, repository: string, digest: Digest): Lead {
  const uploaded = settling<boolean>();
  const committed = settling<boolean>();
  let isCommitted = false;
  const lead: Lead = {
    repository,
    uploaded: uploaded.promise,
    committed: committed.promise,
    isCommitted: () => isCommitted,
    settleUploaded: (there) => {
      // A failure is forgotten: the next copy that wants the blob leads.
      if (!there && ledger.holders.get(digest) === lead) ledger.holders.delete(digest);
      uploaded.settle(there);
    },
    settleCommitted: (there) => {
      isCommitted ||= there;
      const isOfUse = isCommitted || (ledger.mounts === 'works' && !ledger.mountNeedsCommit);
      if (!isOfUse && ledger.holders.get(digest) === lead) ledger.holders.delete(digest);
      committed.settle(there);
    },
  };
  return lead;
}

/** Notes that a repository of the registry has a blob, referred to by a manifest, from before this run. */
export function noteHolder(ledger: RegistryLedger, repository: string, digest: Digest): void {
  if (ledger.holders.has(digest)) return;
  const lead = createLead(ledger, repository, digest);
  lead.settleUploaded(true);
  lead.settleCommitted(true);
  ledger.holders.set(digest, lead);
}

/**
 * Settles who brings a blob to a repository. All blobs of an image are claimed in one go, before any work: so a copy
 * only ever waits for copies that claimed before it, and no two can wait for each other. A claim made later, because the
 * first came to nothing, has `mayWait: false` and waits for uploads only.
 */
export function claimBlob(
  ledger: RegistryLedger,
  repository: RepositoryRecord,
  digest: Digest,
  { mayWait }: Pick<Bringing, 'mayWait'>,
): Claim {
  const known = repository.blobs.get(digest);
  if (known === 'present') return { role: 'present' };
  if (known !== undefined) return { role: 'join', ...known };

  const mine = settling<boolean>();
  repository.blobs.set(digest, { done: mine.promise, mayWait });
  const settle = (there: boolean): void => {
    if (there) repository.blobs.set(digest, 'present');
    else repository.blobs.delete(digest);
    mine.settle(there);
  };
  const holder = ledger.mounts === 'off' ? undefined : ledger.holders.get(digest);
  if (holder !== undefined && holder.repository !== repository.name)
    return { role: 'follow', holder, settle };
  const lead = createLead(ledger, repository.name, digest);
  ledger.holders.set(digest, lead);
  return { role: 'lead', lead, settle };
}
