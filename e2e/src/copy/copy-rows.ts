import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReadContent } from '../parts/readers.js';
import { expectSeen } from './read-back.js';
import { runCliOrThrow } from './run-cli.js';
import { startDistribution3Side, type Side, type StartSide } from './sides.js';
import {
  artifact,
  childFor,
  dockerList,
  helmChart,
  multiArchIndex,
  referrerOf,
  singleImage,
  type StoredBytes,
  type TestContent,
} from './test-content.js';

/** Content that is copied whole, or by one platform of it. */
interface Row {
  readonly name: string;
  readonly make: () => TestContent;
  readonly flags?: readonly string[];
  /** What has to arrive. @default everything */
  readonly expected?: (content: TestContent) => TestContent;
}

const rows: readonly Row[] = [
  { name: 'single image', make: singleImage },
  { name: 'multi-arch index', make: multiArchIndex },
  {
    name: 'platform filter of one',
    make: multiArchIndex,
    flags: ['--platform', 'linux/arm64'],
    expected: (content) => childFor(content, 'linux/arm64'),
  },
  { name: 'Docker media types', make: dockerList },
  { name: 'artifact', make: artifact },
  { name: 'Helm chart', make: helmChart },
];

/** Which way a side is tested against distribution 3. */
export type Direction = 'source' | 'destination';

/** Declares the rows of one kind of side, as source and as destination against distribution 3. */
export function describeCopyRows(name: string, start: StartSide, directions: readonly Direction[]): void {
  describe.each(directions)(`${name} as %s`, (direction) => {
    let source: Side;
    let destination: Side;
    beforeAll(async () => {
      source = await (direction === 'source' ? start() : startDistribution3Side());
      destination = await (direction === 'destination' ? start() : startDistribution3Side());
    });
    afterAll(async () => {
      await Promise.allSettled([source.stop(), destination.stop()]);
    });

    const copy = async (repository: string, flags: readonly string[] = []): Promise<void> => {
      const ends = [source.reference(repository, 'v1'), destination.reference(`mirror/${repository}`, 'v1')];
      await runCliOrThrow(['copy', ...ends, ...flags], { env: { ...source.env, ...destination.env } });
    };

    it.each(rows)('$name', async ({ name: row, make, flags, expected }) => {
      const repository = `rows/${row.toLowerCase().replace(/[^a-z]+/g, '-')}`;
      const content = make();
      await source.put(repository, 'v1', content);
      await copy(repository, flags);
      const seen = await destination.read(`mirror/${repository}`, 'v1');
      expectSeen(seen, expected?.(content) ?? content);
    });

    it('platform filter of two', async () => {
      const content = multiArchIndex();
      await source.put('rows/two', 'v1', content);
      await copy('rows/two', ['--platform', 'linux/amd64,linux/arm/v7']);
      const seen = await destination.read('mirror/rows/two', 'v1');
      expectFilteredIndex(seen, content, { kept: ['linux/amd64', 'linux/arm/v7'], left: ['linux/arm64'] });
    });

    it('referrers', async () => {
      const image = singleImage();
      const referrer = referrerOf(image.root);
      const signature = artifact();
      await source.put('rows/referrers', 'v1', image);
      await source.putReferrer('rows/referrers', image.root, referrer);
      await source.put('rows/referrers', `${image.root.digest.replace(':', '-')}.sig`, signature);
      await copy('rows/referrers', ['--referrers']);
      const seen = await destination.readReferrers('mirror/rows/referrers', 'v1');
      expect(seen.listed).toEqual([referrer.root.digest]);
      for (const part of [image, referrer, signature].flatMap(partsOf)) {
        expect(seen.downloaded.get(part.digest), part.digest).toBe(part.bytes.length);
      }
    });
  });
}

/** Declares the row of a long list of tags of one kind of side. */
export function describeTagRow(name: string, start: StartSide): void {
  describe(`${name} lists tags`, () => {
    it('1 200 of them', async () => {
      const side = await start();
      try {
        const tags = Array.from({ length: 1200 }, (_, number) => `t${number}`);
        await side.putTags('rows/tags', tags, singleImage());
        const { stdout } = await runCliOrThrow(['tags', side.repository('rows/tags')], { env: side.env });
        expect(stdout.trim().split('\n').toSorted()).toEqual(tags.toSorted());
      } finally {
        await side.stop();
      }
    });
  });
}

/** An index rebuilt from the kept children: they and their attestations, in their order, and nothing else. */
function expectFilteredIndex(
  seen: ReadonlyMap<string, ReadContent>,
  content: TestContent,
  platforms: { readonly kept: readonly string[]; readonly left: readonly string[] },
): void {
  const original = JSON.parse(content.root.bytes.toString()) as IndexDocument;
  const left = new Set(platforms.left.map((platform) => childFor(content, platform).root.digest));
  const isLeft = ({ digest, annotations }: IndexEntry): boolean =>
    left.has(digest) || left.has(annotations?.['vnd.docker.reference.digest'] ?? '');
  const manifests = original.manifests.filter((entry) => !isLeft(entry));
  expect(manifests).toHaveLength(2 * platforms.kept.length);
  const present = new Set(manifests.map(({ digest }) => digest));
  for (const [client, { digest, root, downloaded }] of seen) {
    const document = JSON.parse(root.toString()) as IndexDocument;
    expect(document, client).toEqual({ ...original, manifests });
    expect(downloaded.has(digest), `${client}: ${digest}`).toBe(true);
    for (const manifest of content.manifests) {
      const isCopied = present.has(manifest.digest);
      expect(downloaded.has(manifest.digest), `${client}: ${manifest.digest}`).toBe(isCopied);
    }
    for (const blob of platforms.kept.flatMap((platform) => childFor(content, platform).blobs)) {
      expect(downloaded.get(blob.digest), `${client}: ${blob.digest}`).toBe(blob.bytes.length);
    }
  }
}

interface IndexEntry {
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

interface IndexDocument {
  readonly manifests: readonly IndexEntry[];
}

function partsOf(content: TestContent): readonly StoredBytes[] {
  return [...content.manifests, ...content.blobs];
}
