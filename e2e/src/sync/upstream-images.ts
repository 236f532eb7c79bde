import { buildImage, buildMultiArchImage, pushImage, type TestImage } from '@oci-sync/registry/testing';
import type { RunningRegistry } from '@oci-sync/registry';

/** An image somewhere on the internet. */
export interface UpstreamImage {
  /** Host as its servers are called, not as references call it: `registry-1.docker.io`. */
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  /** Day of its configuration's `created`. */
  readonly day: string;
  /** An index with arm64 and attestations beside linux/amd64, rather than that image alone. */
  readonly isIndex: boolean;
}

const ghcr = 'ghcr.io';
const hub = 'registry-1.docker.io';
const runners = 'us-docker.pkg.dev';
const collections = 'us-west1-docker.pkg.dev';

/** Repositories of today's catalog, below ghcr.io/runwhen-contrib. */
export const namedCollections = [
  'aws-c7n-codecollection',
  'azure-c7n-codecollection',
  'rw-cli-codecollection',
  'rw-generic-codecollection',
  'rw-public-codecollection',
  'rw-workspace-utils',
] as const;

/** Repositories of the catalog's old form, `<org>-<name>`; a branch follows. */
export const builtCollections = [
  'infracloudio-ifc-rw-codecollection',
  'runwhen-contrib-aws-c7n-codecollection',
  'runwhen-contrib-rw-cli-codecollection',
  'runwhen-contrib-rw-generic-codecollection',
  'runwhen-contrib-rw-public-codecollection',
  'runwhen-contrib-rw-workspace-utils',
  'runwhen-contrib-ternary-codecollection',
] as const;

/** Path below us-west1-docker.pkg.dev of the images that the old form builds names for. */
export const collectionsPath = 'runwhen-nonprod-beta/public-images';

/** Tags of a branch's images: the newest has neither the first nor the last name. */
export const newestOf = {
  main: 'main-2222222-bbbbbbb',
  develop: 'develop-4444444-ddddddd',
  built: '5b2c9e1',
};

function tags(
  host: string,
  repository: string,
  days: Readonly<Record<string, string>>,
  isIndex = false,
): readonly UpstreamImage[] {
  return Object.entries(days).map(([tag, day]) => ({ host, repository, tag, day, isIndex }));
}

/** Everything that the stand-ins hold. Tags that must not be chosen are newer than the one that must. */
const upstreamImages: readonly UpstreamImage[] = [
  ...tags(
    ghcr,
    'runwhen-contrib/runwhen-local',
    { '0.11.4': '2026-05-01', '0.11.5': '2026-06-01', tester: '2026-08-01', latest: '2026-07-01' },
    true,
  ),
  ...tags(ghcr, 'runwhen-contrib/secret', { v1: '2026-01-01' }),
  ...tags(runners, 'runwhen-nonprod-shared/public-images/runner', {
    '2026-05-02.1': '2026-05-02',
    '2026-07-23.1': '2026-07-23',
    latest: '2026-07-24',
  }),
  ...tags(hub, 'otel/opentelemetry-collector', { '0.152.0': '2026-04-20', '0.153.0': '2026-05-20' }, true),
  ...tags(hub, 'library/busybox', { '1.37': '2026-02-01' }, true),
  ...namedCollections.flatMap((name) =>
    tags(ghcr, `runwhen-contrib/${name}`, {
      'main-1111111-ccccccc': '2026-06-01',
      [newestOf.main]: '2026-06-03',
      'main-3333333-aaaaaaa': '2026-06-02',
      [newestOf.develop]: '2026-06-04',
      'pr-7-5555555-eeeeeee': '2026-06-05',
      'v9.0.0': '2026-06-06',
      tester: '2026-06-07',
      latest: '2026-06-03',
    }),
  ),
  ...builtCollections.flatMap((name) => [
    ...tags(collections, `${collectionsPath}/${name}-main`, {
      '0a1b2c3': '2026-03-01',
      [newestOf.built]: '2026-03-05',
      f9e8d7c: '2026-03-02',
      tester: '2026-03-09',
      latest: '2026-03-08',
    }),
    ...tags(collections, `${collectionsPath}/${name}-develop`, { d00d123: '2026-03-07' }),
  ]),
];

/** The same for the same image: what is stored, and what is expected at the mirror. */
export function buildUpstream({ host, repository, tag, day, isIndex }: UpstreamImage): TestImage {
  const spec = { seed: `${host}/${repository}:${tag}`, created: `${day}T10:00:00Z` };
  // What stands under every image is the same, as base images are.
  const layers = [{ seed: 'base', sizeBytes: 40_000 }, { seed: spec.seed }];
  return isIndex
    ? buildMultiArchImage({ ...spec, layers, attestations: true })
    : buildImage({ ...spec, layers });
}

/** The one image of a repository with this tag. */
export function findUpstream(host: string, repository: string, tag: string): UpstreamImage {
  const found = upstreamImages.find(
    (image) => image.host === host && image.repository === repository && image.tag === tag,
  );
  if (found === undefined) throw new Error(`no stand-in has ${host}/${repository}:${tag}`);
  return found;
}

/** Digest of the linux/amd64 image, which is what a run with the defaults mirrors. */
export function amd64Digest(host: string, repository: string, tag: string): string {
  const image = buildUpstream(findUpstream(host, repository, tag));
  return image.children[0]?.digest ?? image.digest;
}

/** Stores everything that a host has. */
export async function pushUpstream(host: string, registry: Pick<RunningRegistry, 'content'>): Promise<void> {
  for (const image of upstreamImages.filter((each) => each.host === host)) {
    await pushImage(registry, `${image.repository}:${image.tag}`, buildUpstream(image));
  }
}
