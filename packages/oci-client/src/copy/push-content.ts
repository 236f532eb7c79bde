import type { Descriptor } from '../content/descriptor.js';
import { isOciError, OciError } from '../errors/oci-error.js';
import { blobsOf, nodesBottomUp, type ContentNode } from '../plan/content-tree.js';
import type { Digest } from '../reference/digest.js';
import { bringBlob, type BlobOutcome } from './bring-blob.js';
import { atDestination, destinationPlace, type CopyContext } from './copy-context.js';
import {
  claimBlob,
  forgetContent,
  noteHolder,
  settleCommitted,
  type Claim,
  type RegistryLedger,
} from './registry-ledger.js';
import { placed } from '../errors/place.js';
import { scopedSignal } from './scoped-signal.js';
import { SharedCall } from './shared-call.js';
import { uploadBlob } from './upload-blob.js';
import { withRepository } from './with-repository.js';

/** What pushing came to. */
export interface PushResult {
  readonly manifestsPushed: number;
  /** Each blob brought, once, with what became of it. */
  readonly blobs: readonly { readonly blob: Descriptor; readonly outcome: BlobOutcome }[];
  readonly foreignLayers: number;
}

/** Whether only what this run brings is in the repository; asked once per repository and run. */
export async function repositoryIsNew(context: CopyContext): Promise<boolean> {
  const { destination, ledger, repository, signal } = context;
  if (repository.isNew !== undefined) return repository.isNew;
  // A self-mount asks for each blob at no cost, so whether the repository is new does not matter.
  if (ledger.mounts === 'works' && !ledger.mountNeedsCommit) return false;
  const { existence } = repository;
  try {
    const exists = await existence.run(signal, async () => destination.repositoryExists({ signal }));
    repository.isNew ??= exists === false;
  } catch (error) {
    if (repository.existence === existence) repository.existence = new SharedCall();
    // Listing tags may be denied where pushing is not (registry note: ECR's ListImages).
    if (!isOciError(error, 'OCI_DENIED')) throw placed(error, destinationPlace(context, 'resolve'));
    repository.isNew ??= false;
  }
  return repository.isNew;
}

/** Manifests that the destination has already, with all below them. Only asked where something can be there. */
async function findExisting(
  context: CopyContext,
  nodes: readonly ContentNode[],
): Promise<ReadonlySet<Digest>> {
  const { destination, repository, signal } = context;
  const mayExist = repository.isNew === false;
  const found = await Promise.all(
    nodes.map(async (node) => {
      const { digest } = node.content;
      if (repository.manifests.has(digest)) return [digest];
      if (!mayExist) return [];
      const there = await atDestination(
        context,
        'resolve',
        async () => destination.resolve(digest, { signal }),
        digest,
      );
      return there === undefined ? [] : [digest];
    }),
  );
  return new Set(found.flat());
}

/** Nodes that are not there and are needed by one that is not there. */
function neededNodes(root: ContentNode, existing: ReadonlySet<Digest>): readonly ContentNode[] {
  const needed = new Set<Digest>();
  const visit = (node: ContentNode): void => {
    if (existing.has(node.content.digest) || needed.has(node.content.digest)) return;
    needed.add(node.content.digest);
    node.children.forEach(visit);
  };
  visit(root);
  return nodesBottomUp(root).filter((node) => needed.has(node.content.digest));
}

function missesContent(error: unknown): error is OciError {
  return (
    isOciError(error) &&
    error.registryCodes.some(
      (code) =>
        code === 'MANIFEST_BLOB_UNKNOWN' ||
        code === 'BLOB_UPLOAD_UNKNOWN' ||
        code === 'BLOB_UNKNOWN' ||
        code === 'MANIFEST_UNKNOWN',
    )
  );
}

/** How to push. */
export interface PushOptions {
  /** Tag to set; `undefined` pushes the root by digest. */
  readonly tag: string | undefined;
  /** Look for everything, also below manifests that are there. */
  readonly repair: boolean;
}

interface ClaimedBlob {
  readonly blob: Descriptor;
  readonly claim: Claim;
}

interface NodePush {
  readonly node: ContentNode;
  readonly tag: string | undefined;
}

async function putManifest(context: CopyContext, { node, tag }: NodePush): Promise<void> {
  const { destination, signal } = context;
  const { digest } = node.content;
  const pushed = await withRepository(context, async () =>
    destination.pushManifest(node.content, { tag, signal }),
  );
  let stored = pushed.digest;
  if (stored === undefined && tag !== undefined) {
    stored = (await destination.resolve(tag, { signal }))?.digest;
    if (stored === undefined)
      throw new OciError(`the tag ${tag} is not there after it was pushed`, { code: 'OCI_REGISTRY' });
  }
  if (stored !== undefined && stored !== digest) {
    throw new OciError(`the destination stored ${stored} instead of ${digest}`, {
      code: 'OCI_DIGEST_MISMATCH',
      hint: 'the registry, or something before it, changes manifests; or another push moved the tag meanwhile',
    });
  }
  context.emit({ type: 'manifest-pushed', digest, tag });
}

/** Sends again what the destination says it misses, although it said before that it had it. */
async function pushMissing(context: CopyContext, node: ContentNode, refusal: OciError): Promise<void> {
  const isNamed = (digest: Digest): boolean => refusal.message.includes(digest);
  const { blobs } = blobsOf(node);
  const anyNamed = [
    ...blobs.map((blob) => blob.digest),
    ...node.children.map((child) => child.content.digest),
  ].some(isNamed);
  const isMissing = (digest: Digest): boolean => !anyNamed || isNamed(digest);
  context.emit({
    type: 'retry',
    side: 'destination',
    digest: node.content.digest,
    reason: refusal.message,
    attempt: 2,
  });
  await Promise.all(
    blobs.filter((blob) => isMissing(blob.digest)).map(async (blob) => uploadBlob(context, blob)),
  );
  for (const child of node.children.filter((each) => isMissing(each.content.digest))) {
    await pushNode(context, { node: child, tag: undefined });
  }
}

async function pushNode(context: CopyContext, push: NodePush): Promise<void> {
  const { node, tag } = push;
  const { digest } = node.content;
  await atDestination(
    context,
    'push manifest',
    async () => {
      try {
        await putManifest(context, push);
      } catch (error) {
        if (!missesContent(error)) throw error;
        await pushMissing(context, node, error);
        await putManifest(context, { node, tag });
      }
    },
    digest,
  );
  context.repository.manifests.add(digest);
}

function digestsOf(root: ContentNode): readonly Digest[] {
  return nodesBottomUp(root).flatMap((node) => [
    node.content.digest,
    ...blobsOf(node).blobs.map((blob) => blob.digest),
  ]);
}

/** Claims every blob of some nodes at once, see {@link claimBlob}. */
function claimAll(context: CopyContext, nodes: readonly ContentNode[]): ReadonlyMap<Digest, ClaimedBlob> {
  const { ledger, repository, mountableSource } = context;
  const blobs = new Map(nodes.flatMap((node) => blobsOf(node).blobs.map((blob) => [blob.digest, blob])));
  if (mountableSource !== undefined)
    for (const digest of blobs.keys()) noteHolder(ledger, mountableSource, digest);
  return new Map(
    [...blobs].map(([digest, blob]) => [
      digest,
      { blob, claim: claimBlob(ledger, repository, digest, { mayWait: true }) },
    ]),
  );
}

/** Fails before anything is sent where the destination cannot store an empty blob. */
function refuseEmptyBlobs(context: CopyContext, root: ContentNode): void {
  if (context.destination.takesEmptyBlobs) return;
  const empty = nodesBottomUp(root).flatMap((node) => blobsOf(node).blobs.filter((blob) => blob.size === 0));
  const [first] = empty;
  if (first === undefined) return;
  throw placed(
    new OciError(`the destination cannot store empty blobs, and the image has one: ${first.digest}`, {
      code: 'OCI_UNSUPPORTED_CONTENT',
      hint: 'rebuild the image without empty layers, or mirror it to a registry that takes them',
    }),
    destinationPlace(context, 'push blob', first.digest),
  );
}

/** Waits for everything; after the first failure the rest is given up, and that failure thrown. */
async function allOrFirstFailure(
  work: readonly Promise<unknown>[],
  giveUp: (reason: unknown) => void,
): Promise<void> {
  let failed: { readonly reason: unknown } | undefined;
  await Promise.all(
    work.map(async (each) =>
      each.catch((error: unknown) => {
        failed ??= { reason: error };
        giveUp(error);
      }),
    ),
  );
  if (failed !== undefined) throw failed.reason;
}

/**
 * Pushes a tree: blobs of all manifests at the same time, each manifest as soon as everything below it is there, the
 * root last and by its tag. So nothing is ever tagged, or referred to, before it is complete. Settles only when
 * nothing of it goes on in the background.
 */
export async function pushContent(
  outer: CopyContext,
  root: ContentNode,
  options: PushOptions,
): Promise<PushResult> {
  const { tag, repair } = options;
  const failure = new AbortController();
  const context: CopyContext = { ...outer, signal: scopedSignal(outer.signal, failure.signal) };
  refuseEmptyBlobs(context, root);
  if (repair) forgetContent(context.repository, digestsOf(root));
  await repositoryIsNew(context);
  const existing = await findExisting(context, nodesBottomUp(root));
  const needed = repair ? nodesBottomUp(root) : neededNodes(root, existing);
  const claimed = claimAll(context, needed);
  context.emit({
    type: 'image-planned',
    digest: root.content.digest,
    manifests: needed.length,
    blobs: claimed.size,
    bytesTotal: [...claimed.values()].reduce((sum, { blob }) => sum + blob.size, 0),
  });

  let manifestsPushed = 0;
  const blobs: { blob: Descriptor; outcome: BlobOutcome }[] = [];
  const brought = new Map(
    [...claimed].map(([digest, { blob, claim }]) => [
      digest,
      bringBlob(context, blob, claim).then((outcome) => {
        blobs.push({ blob, outcome });
      }),
    ]),
  );
  const pushed = new Map<Digest, Promise<void>>();
  const push = async (node: ContentNode): Promise<void> => {
    await Promise.all([
      ...blobsOf(node).blobs.map((blob) => brought.get(blob.digest)),
      ...node.children.map((child) => pushed.get(child.content.digest)),
    ]);
    const isThere = existing.has(node.content.digest) && (node !== root || tag === undefined);
    if (!isThere) await pushNode(context, { node, tag: node === root ? tag : undefined });
    if (!isThere) manifestsPushed += 1;
    settleCommits(context.ledger, { node, claimed, there: true });
  };
  for (const node of needed) pushed.set(node.content.digest, push(node));
  try {
    await allOrFirstFailure([...brought.values(), ...pushed.values()], (reason) => failure.abort(reason));
  } finally {
    for (const node of needed) settleCommits(context.ledger, { node, claimed, there: false });
  }
  const onlyTag = !needed.includes(root) && tag !== undefined;
  if (onlyTag) await pushNode(context, { node: root, tag });
  return {
    manifestsPushed: manifestsPushed + (onlyTag ? 1 : 0),
    blobs,
    foreignLayers: needed.reduce((sum, node) => sum + blobsOf(node).foreign.length, 0),
  };
}

interface Commit {
  readonly node: ContentNode;
  readonly claimed: ReadonlyMap<Digest, ClaimedBlob>;
  readonly there: boolean;
}

/** Tells followers whether a manifest that refers to the blobs is there; the first word counts. */
function settleCommits(ledger: RegistryLedger, { node, claimed, there }: Commit): void {
  for (const blob of blobsOf(node).blobs) {
    const claim = claimed.get(blob.digest)?.claim;
    if (claim?.role === 'lead') settleCommitted(ledger, claim.lead, there);
  }
}
