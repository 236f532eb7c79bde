import {
  amd64Digest,
  builtCollections,
  collectionsPath,
  namedCollections,
  newestOf,
} from './upstream-images.js';

/** An image that a run has to find: host of its servers, repository, tag. */
export type WantedImage = readonly [host: string, repository: string, tag: string];

const runwhenLocal = 'runwhen-contrib/runwhen-local';
const runner = 'runwhen-nonprod-shared/public-images/runner';

/** The three images that the chart renders; the same that the static list leads to. */
export const chartImages: readonly WantedImage[] = [
  ['ghcr.io', runwhenLocal, '0.11.5'],
  ['us-docker.pkg.dev', runner, '2026-07-23.1'],
  ['registry-1.docker.io', 'otel/opentelemetry-collector', '0.153.0'],
];

/** The images of today's catalog on a branch. */
export function namedImages(branch: 'main' | 'develop' = 'main'): readonly WantedImage[] {
  return namedCollections.map((name) => ['ghcr.io', `runwhen-contrib/${name}`, newestOf[branch]]);
}

/** The images that the old form of the catalog leads to. */
export const builtImages: readonly WantedImage[] = builtCollections.map((name) => [
  'us-west1-docker.pkg.dev',
  `${collectionsPath}/${name}-main`,
  newestOf.built,
]);

/** The static list of CodeCollections. */
export const staticImages: readonly WantedImage[] = builtImages.filter(([, repository]) =>
  /rw-(cli|public|generic)-codecollection|rw-workspace-utils/.test(repository),
);

/** What has to be at the mirror: `prefix/name:tag` -> digest of the linux/amd64 image. */
export function expectedMirror(
  images: readonly WantedImage[],
  { prefix = 'test-rwl-runwhen', tag }: { readonly prefix?: string; readonly tag?: string | undefined } = {},
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    images.map(([host, repository, sourceTag]) => [
      `${prefix}/${repository.slice(repository.lastIndexOf('/') + 1)}:${tag ?? sourceTag}`,
      amd64Digest(host, repository, sourceTag),
    ]),
  );
}
