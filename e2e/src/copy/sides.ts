import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startRegistry } from '@oci-sync/registry';
import { startEcr } from '@oci-sync/registry/testing';
import {
  startCraneRegistry,
  startDistribution2,
  startDistribution3,
  type RunningRegistry,
} from '../parts/registries.js';
import type { ReadContent, ReaderAccess, ReadReferrers } from '../parts/readers.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { addToLayout, putContent, putReferrer, putTags } from './put-content.js';
import { readLayoutReferrers, readLayoutWithAll, readReferrers, readWithAll } from './read-back.js';
import type { StoredManifest, TestContent } from './test-content.js';

/** One end of a copy: a registry or a folder of layouts, with what the command line needs to reach it. */
export interface Side {
  /** How the command line names a tag here. */
  reference(repository: string, tag: string): string;
  /** Stores content under a tag, without the code under test. */
  put(repository: string, tag: string, content: TestContent): Promise<void>;
  /** What skopeo, crane and regctl see of a tag. */
  read(repository: string, tag: string): Promise<ReadonlyMap<string, ReadContent>>;
  /** How the command line names a repository here. */
  repository(repository: string): string;
  /** Stores content under many tags. */
  putTags(repository: string, tags: readonly string[], content: TestContent): Promise<void>;
  /** Stores what refers to a manifest, so that the side lists it. */
  putReferrer(repository: string, subject: StoredManifest, referrer: TestContent): Promise<void>;
  /** What regctl sees of everything that refers to a tag, by the referrers list and by digest tags. */
  readReferrers(repository: string, tag: string): Promise<ReadReferrers>;
  /** Environment of runs that use this side. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts a side of its own. */
export type StartSide = () => Promise<Side>;

export const startDistribution3Side: StartSide = async () => registrySide(await startDistribution3());
export const startDistribution2Side: StartSide = async () => registrySide(await startDistribution2());
export const startCraneSide: StartSide = async () => registrySide(await startCraneRegistry());

/** The embedded registry with the behaviour of the specification. */
export const startEmbeddedSide: StartSide = async () => {
  const registry = await startRegistry();
  return registrySide({ address: registry.host, stop: () => registry.close() });
};

/** ECR as the embedded registry's profile plays it: tokens, repositories that have to be created, no mounts. */
export const startEcrSide: StartSide = () => startEcrWith(true);

/**
 * The same without redirects to blobs. Clients that read it back would take their credentials to another port of this
 * host (regctl, skopeo), or go to no other name of it (crane).
 */
export const startEcrWithoutRedirects: StartSide = () => startEcrWith(false);

async function startEcrWith(redirectBlobs: boolean): Promise<Side> {
  const ecr = await startEcr({ behaviours: { redirectBlobs } });
  const seed = async (repository: string, tags: readonly string[], content: TestContent): Promise<void> => {
    for (const { bytes } of content.blobs) await ecr.content.putBlob(repository, bytes);
    for (const manifest of content.manifests) {
      const isRoot = manifest === content.root;
      const { mediaType } = manifest;
      await ecr.content.putManifest(repository, manifest.bytes, { mediaType, tags: isRoot ? tags : [] });
    }
  };
  const access = (): ReaderAccess => {
    const { username, password } = ecr.issueCredentials();
    return { credentials: `${username}:${password}` };
  };
  const reference = (repository: string, tag: string): string => `${ecr.host}/${repository}:${tag}`;
  return {
    reference,
    put: (repository, tag, content) => seed(repository, [tag], content),
    read: (repository, tag) => readWithAll(reference(repository, tag), access()),
    repository: (repository) => `${ecr.host}/${repository}`,
    putTags: seed,
    putReferrer: (repository, _subject, referrer) => seed(repository, [], referrer),
    readReferrers: (repository, tag) => readReferrers(reference(repository, tag), access()),
    env: {
      AWS_ENDPOINT_URL_ECR: ecr.apiUrl,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
    },
    stop: () => ecr.close(),
  };
}

function registrySide(registry: Pick<RunningRegistry, 'address' | 'stop'>): Side {
  const { address } = registry;
  return {
    reference: (repository, tag) => `${address}/${repository}:${tag}`,
    put: (repository, tag, content) => putContent({ address, repository }, tag, content),
    read: (repository, tag) => readWithAll(`${address}/${repository}:${tag}`),
    repository: (repository) => `${address}/${repository}`,
    putTags: (repository, tags, content) => putTags({ address, repository }, tags, content),
    putReferrer: (repository, subject, referrer) => putReferrer({ address, repository }, subject, referrer),
    readReferrers: (repository, tag) => readReferrers(`${address}/${repository}:${tag}`),
    env: {},
    stop: () => registry.stop(),
  };
}

/** OCI image layouts, one folder per repository. */
export const startLayoutSide: StartSide = async () => {
  const folder = makeTemporaryFolder();
  // crane reads no layouts; it pushes them.
  const scratch = await startCraneRegistry();
  const pathOf = (repository: string): string => join(folder.path, repository);
  return {
    reference: (repository, tag) => {
      mkdirSync(join(pathOf(repository), '..'), { recursive: true });
      return `oci:${pathOf(repository)}:${tag}`;
    },
    put: (repository, tag, content) => {
      addToLayout(pathOf(repository), [{ tag, content }]);
      return Promise.resolve();
    },
    read: (repository, tag) =>
      readLayoutWithAll(pathOf(repository), tag, `${scratch.address}/${repository}:${tag}`),
    repository: (repository) => `oci:${pathOf(repository)}`,
    putTags: (repository, tags, content) => {
      const entries = tags.map((tag) => ({ tag, content }));
      addToLayout(pathOf(repository), entries);
      return Promise.resolve();
    },
    putReferrer: (repository, _subject, content) => {
      addToLayout(pathOf(repository), [{ content }]);
      return Promise.resolve();
    },
    readReferrers: (repository, tag) => Promise.resolve(readLayoutReferrers(pathOf(repository), tag)),
    env: {},
    stop: async () => {
      await scratch.stop();
      folder.remove();
    },
  };
};
