import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { startTestRegistry, type TestRegistry } from '@oci-sync/registry/testing';
import { onTestFinished } from 'vitest';
import { parseManifest } from '../src/content/manifest.js';
import { isForeignLayerType, isManifestType } from '../src/content/media-types.js';
import type { CopierOptions } from '../src/copy-options.js';
import type { CopyEvent } from '../src/copy/events.js';
import { createCopier, type Copier } from '../src/create-copier.js';
import { isDigest } from '../src/reference/digest.js';

/** Two registries and a copier between them, which end with the test. */
export interface CopyFixture {
  readonly source: TestRegistry;
  readonly destination: TestRegistry;
  readonly copier: Copier;
  readonly events: readonly CopyEvent[];
  /** A reference at the source. */
  readonly from: (name: string) => string;
  /** A reference at the destination. */
  readonly to: (name: string) => string;
  /** Another copier, which knows nothing yet. */
  readonly another: (options?: CopierOptions) => Copier;
}

/** Starts them; retries wait for nothing unless the options say otherwise. */
export async function startCopyFixture(
  options: CopierOptions = {},
  start: { readonly destination?: TestRegistry | undefined } = {},
): Promise<CopyFixture> {
  const [source, destination] = await Promise.all([
    startTestRegistry(),
    start.destination ?? startTestRegistry(),
  ]);
  const events: CopyEvent[] = [];
  const copiers: Copier[] = [];
  const another = (more: CopierOptions = {}): Copier => {
    const copier = createCopier({
      random: () => 0,
      onEvent: (event) => events.push(event),
      ...options,
      ...more,
    });
    copiers.push(copier);
    return copier;
  };
  onTestFinished(async () => {
    await Promise.all(copiers.map(async (copier) => copier.close()));
    await Promise.all([source.close(), destination.close()]);
  });
  return {
    source,
    destination,
    copier: another(),
    events,
    from: (name) => `${source.host}/${name}`,
    to: (name) => `${destination.host}/${name}`,
    another,
  };
}

/** Requests as `METHOD route`, each with how often it came; `METHOD uploads mount` for mounts. */
export function requestCounts(registry: TestRegistry): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { method, route, query } of registry.requests.list()) {
    const what = `${method} ${route}${query.has('mount') ? ' mount' : ''}`;
    found[what] = (found[what] ?? 0) + 1;
  }
  return found;
}

function hashes(bytes: Uint8Array, digest: string): boolean {
  const [algorithm = '', hex] = digest.split(':');
  return createHash(algorithm).update(bytes).digest('hex') === hex;
}

/**
 * Reads a manifest and everything below it out of what a registry holds.
 * @returns what is missing or damaged; nothing when all is there
 */
export async function findDamage(
  registry: Pick<TestRegistry, 'content'>,
  repository: string,
  reference: string,
): Promise<readonly string[]> {
  const { content } = registry;
  const digest = isDigest(reference) ? reference : content.resolveTag(repository, reference);
  const stored = digest === undefined ? undefined : content.manifest(repository, digest);
  const bytes = await content.readManifest(repository, reference);
  if (digest === undefined || stored === undefined || bytes === undefined)
    return [`${reference} is not there`];
  if (!hashes(bytes, digest)) return [`${digest} is damaged`];
  const manifest = parseManifest({ mediaType: stored.mediaType, digest, bytes });
  const below =
    manifest.kind === 'index'
      ? manifest.manifests
      : [...(manifest.config === undefined ? [] : [manifest.config]), ...manifest.layers];
  const found = await Promise.all(
    below.map(async ({ mediaType, digest: child, size }) => {
      if (isManifestType(mediaType)) return findDamage(registry, repository, child);
      if (isForeignLayerType(mediaType)) return [];
      const blob = await content.readBlob(repository, child);
      if (blob === undefined) return [`blob ${child} is not there`];
      const all = blob instanceof Readable ? await buffer(blob) : blob;
      return all.length === size && hashes(all, child) ? [] : [`blob ${child} is damaged`];
    }),
  );
  return found.flat();
}
