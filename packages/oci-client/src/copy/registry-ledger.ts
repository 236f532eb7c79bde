import type { Digest } from '../reference/digest.js';
import { Answer } from './answer.js';
import { SharedCall } from './shared-call.js';
import type { TransferQueue } from './transfer-queue.js';

/**
 * A repository that has, or is about to have, a blob: where others can mount it from. There is one for each blob of a
 * run, so it holds no more than it must.
 */
export interface Holder {
  readonly repository: string;
  readonly digest: Digest;
  /** Whether the blob got there. */
  readonly uploaded: Answer;
  /** Whether a manifest that refers to the blob got there. */
  readonly committed: Answer;
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
  | { readonly role: 'lead'; readonly lead: Holder; readonly settle: (there: boolean) => void };

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
  referrerUpdates: Map<Digest, Promise<void>> | undefined;
}

/** What is known of one destination registry (or layout) in this run; shared by all its copies. */
export interface RegistryLedger {
  readonly queue: TransferQueue;
  /** Whether mounts work; `works` after the first 201, `off` after the first refusal that cannot be explained. */
  mounts: 'unknown' | 'works' | 'off';
  /** Mounts only work for blobs that a pushed manifest refers to. */
  mountNeedsCommit: boolean;
  /** Given when `mounts` becomes `off`: nobody needs to wait for a commit any longer. */
  readonly mountsOff: Answer;
  readonly turnMountsOff: () => void;
  readonly repositories: Map<string, RepositoryRecord>;
  readonly holders: Map<Digest, Holder>;
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
  const mountsOff = new Answer();
  const ledger: RegistryLedger = {
    queue: options.queue,
    mounts: options.canMount ? 'unknown' : 'off',
    mountNeedsCommit: options.mountNeedsCommit,
    mountsOff,
    turnMountsOff: () => {
      ledger.mounts = 'off';
      mountsOff.give(true);
    },
    repositories: new Map(),
    holders: new Map(),
  };
  if (!options.canMount) mountsOff.give(true);
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
    referrerUpdates: undefined,
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

function createHolder(repository: string, digest: Digest): Holder {
  return { repository, digest, uploaded: new Answer(), committed: new Answer() };
}

function forgetHolder(ledger: RegistryLedger, holder: Holder): void {
  if (ledger.holders.get(holder.digest) === holder) ledger.holders.delete(holder.digest);
}

/** Says whether a blob got to its first repository. A failure is forgotten: the next copy that wants the blob leads. */
export function settleUploaded(ledger: RegistryLedger, holder: Holder, there: boolean): void {
  if (!there) forgetHolder(ledger, holder);
  holder.uploaded.give(there);
}

/** Says whether a manifest that refers to the blob got there; the first word counts. */
export function settleCommitted(ledger: RegistryLedger, holder: Holder, there: boolean): void {
  const isCommitted = there || holder.committed.given === true;
  const isOfUse = isCommitted || (ledger.mounts === 'works' && !ledger.mountNeedsCommit);
  if (!isOfUse) forgetHolder(ledger, holder);
  holder.committed.give(there);
}

/** Notes that a repository of the registry has a blob, referred to by a manifest, from before this run. */
export function noteHolder(ledger: RegistryLedger, repository: string, digest: Digest): void {
  if (ledger.holders.has(digest)) return;
  const holder = createHolder(repository, digest);
  holder.uploaded.give(true);
  holder.committed.give(true);
  ledger.holders.set(digest, holder);
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

  const holder = ledger.holders.get(digest);
  // Every manifest brings a text of its own of the same digest: only the first one is kept.
  const key = holder?.digest ?? digest;
  const mine = settling<boolean>();
  repository.blobs.set(key, { done: mine.promise, mayWait });
  const settle = (there: boolean): void => {
    if (there) repository.blobs.set(key, 'present');
    else repository.blobs.delete(key);
    mine.settle(there);
  };
  if (ledger.mounts !== 'off' && holder !== undefined && holder.repository !== repository.name)
    return { role: 'follow', holder, settle };
  const lead = createHolder(repository.name, digest);
  ledger.holders.set(digest, lead);
  return { role: 'lead', lead, settle };
}
