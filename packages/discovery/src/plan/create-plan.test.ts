import {
  OciError,
  parseReference,
  type ContentSource,
  type Digest,
  type RegistryReference,
} from '@oci-sync/oci-client';
import { describe, expect, it } from 'vitest';
import { isDiscoveryError, type DiscoveryError } from '../errors.js';
import type { DiscoveredImage } from '../image/discovered-image.js';
import { createPlan } from './create-plan.js';
import { parsePlan } from './parse-plan.js';
import type { PlanOptions } from './plan-options.js';

const digest: Digest = `sha256:${'a'.repeat(64)}`;
const now = new Date('2026-11-23T04:05:06.789Z');

function wish(text: string, more: Partial<DiscoveredImage> = {}): DiscoveredImage {
  const reference = parseReference(text) as RegistryReference;
  const isGiven = reference.tag !== undefined || reference.digest !== undefined;
  return {
    reference,
    wantedTag: { rule: isGiven ? 'given' : 'newest' },
    group: 'list',
    provenance: [{ kind: 'option', text }],
    ...more,
  };
}

/** A source with tags (each its own digest, `same` for all), or one that fails. */
function sourceOf(behaviour: { readonly error?: Error; readonly same?: Digest }): ContentSource {
  const refuse = (): Promise<never> => Promise.reject(behaviour.error ?? new Error('not asked for'));
  return {
    name: 'source',
    resolve: () =>
      behaviour.same === undefined
        ? refuse()
        : Promise.resolve({ mediaType: 'x', digest: behaviour.same, size: 1 }),
    fetchManifest: refuse,
    fetchBlob: refuse,
    hasBlob: refuse,
    listReferrers: refuse,
    listTags: () => ({ [Symbol.asyncIterator]: () => ({ next: refuse }) }),
  };
}

function plan(images: readonly DiscoveredImage[], more: Partial<PlanOptions> = {}) {
  return createPlan(images, { open: () => sourceOf({}), prefix: 'team/x', now, ...more });
}

async function destinations(texts: readonly string[], more: Partial<PlanOptions> = {}) {
  const made = await plan(
    texts.map((text) => wish(text)),
    more,
  );
  return made.plan.images.map(({ destination }) => `${destination.repository}:${destination.tag}`);
}

async function refusal(made: Promise<unknown>): Promise<DiscoveryError> {
  const error: unknown = await made.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isDiscoveryError(error)) throw new Error('it was not refused');
  return error;
}

describe('destinations', () => {
  it('are prefix and last segment with the tag of the source', async () => {
    await expect(
      destinations(['ghcr.io/o/app:1', 'alpine:3', `quay.io/o/p@${digest}`, `quay.io/o/q:v1@${digest}`]),
    ).resolves.toEqual(['team/x/alpine:3', 'team/x/app:1', 'team/x/p:sha256-aaaaaaaaaaaa', 'team/x/q:v1']);
  });
  it.each([
    ['{prefix}/{path}', 'team/x/o/sub/app'],
    ['{prefix}/{host}/{org}/{name}', 'team/x/localhost-5000/o/sub/app'],
    ['{name}', 'app'],
  ])('follow the template %s', async (nameTemplate, expected) => {
    await expect(destinations(['localhost:5000/o/sub/app:1'], { nameTemplate })).resolves.toEqual([
      `${expected}:1`,
    ]);
  });
  it('have no empty parts', async () => {
    await expect(
      destinations(['localhost:5000/app:1'], { nameTemplate: '{prefix}/{org}/{name}', prefix: '' }),
    ).resolves.toEqual(['app:1']);
  });
  it('are dated with one stamp, and the source tag where a repository has two', async () => {
    await expect(destinations(['a/app:1', 'a/app:2', 'a/other:1'], { dateTags: true })).resolves.toEqual([
      'team/x/app:20261123040506-1',
      'team/x/app:20261123040506-2',
      'team/x/other:20261123040506',
    ]);
  });
  it('stated by a list are taken as they are', async () => {
    const made = await plan([wish('a/app:1', { destination: 'else/where' })]);
    expect(made.plan.images[0]?.destination).toEqual({ repository: 'else/where', tag: '1' });
  });
  it.each([
    [{ prefix: 'Team' }, 'PLAN_NAME_INVALID', 'upper-case'],
    [{ prefix: '-x' }, 'PLAN_NAME_INVALID', 'not a repository name'],
    [{ prefix: '', nameRules: 'ecr' }, 'PLAN_NAME_INVALID', 'shorter than 2'],
    [{ nameTemplate: '{prefix}/x' }, 'DISCOVERY_OPTION_INVALID', 'same repository'],
    [{ nameTemplate: '{name}/{nope}' }, 'DISCOVERY_OPTION_INVALID', 'unknown placeholder'],
  ] as const)('are checked: %o', async (options, code, message) => {
    const error = await refusal(plan([wish('a/b:1')], options));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });
});

describe('collisions', () => {
  it.each([
    [['ghcr.io/a/app:1', 'ghcr.io/b/app:1'], "'{prefix}/{path}'"],
    [['ghcr.io/a/app:1', 'quay.io/a/app:1'], "'{prefix}/{host}/{path}'"],
  ])('%j are refused with the fix', async (texts, fix) => {
    const error = await refusal(destinations(texts));
    expect(error.code).toBe('PLAN_COLLISION');
    expect(error.message).toContain('team/x/app:1');
    expect(error.hint).toContain(fix);
  });
  it('are all named', async () => {
    const error = await refusal(destinations(['a/x:1', 'b/x:1', 'a/y:1', 'b/y:1']));
    expect(error.problems).toHaveLength(2);
  });
  it('are none for the same image from several sources, whose provenance is kept', async () => {
    const made = await plan([
      wish('a/app:1'),
      wish('docker.io/a/app:1', { helmKey: 'k', provenance: [{ kind: 'list', list: 'l', line: 3 }] }),
    ]);
    expect(made.plan.images).toHaveLength(1);
    expect(made.plan.images[0]).toMatchObject({
      helmKey: 'k',
      provenance: [{ kind: 'option' }, { kind: 'list', line: 3 }],
    });
  });
  it('are none for a tag and its own digest, and are one for another digest', async () => {
    const texts = ['a/app:1', `a/app:1@${digest}`];
    const made = await plan(
      texts.map((text) => wish(text)),
      { open: () => sourceOf({ same: digest }) },
    );
    expect(made.plan.images.map(({ source }) => source)).toEqual([
      { registry: 'docker.io', repository: 'a/app', tag: '1', digest, pinned: true },
    ]);
    const other: Digest = `sha256:${'b'.repeat(64)}`;
    const error = await refusal(destinations(texts, { open: () => sourceOf({ same: other }) }));
    expect(error.code).toBe('PLAN_COLLISION');
  });
});

describe('tags that cannot be told', () => {
  it.each(['OCI_NOT_FOUND', 'OCI_REPOSITORY_MISSING', 'OCI_DENIED'] as const)(
    'become latest with a warning where listing is refused: %s',
    async (code) => {
      const error = new OciError('no list', { code });
      const made = await plan([wish('a/app')], { open: () => sourceOf({ error }) });
      expect(made.plan.images[0]).toMatchObject({
        source: { tag: 'latest' },
        tagOrigin: { rule: 'fallback' },
      });
      expect(made.notes).toHaveLength(1);
      expect(made.notes[0]?.level).toBe('warning');
    },
  );
  it('fail their own image only where the registry does not answer', async () => {
    const error = new OciError('lost', { code: 'OCI_NETWORK' });
    const made = await plan([wish('a/app'), wish('a/other:1')], { open: () => sourceOf({ error }) });
    expect(made.plan.images.map(({ source }) => source.repository)).toEqual(['a/other']);
    expect(made.failures.map((failure) => failure.error.message)).toEqual([
      'the newest tag of docker.io/a/app cannot be told: lost',
    ]);
  });
});

it('leaves images out by globs', async () => {
  const texts = ['ghcr.io/a/app:1', 'ghcr.io/b/tool:2', 'alpine:3'];
  await expect(destinations(texts, { only: ['ghcr.io/*'], skip: ['*:2'] })).resolves.toEqual([
    'team/x/app:1',
  ]);
  await expect(destinations(texts, { skip: ['library/*'] })).resolves.toHaveLength(2);
});

describe('a stored plan', () => {
  const make = async () => {
    const made = await plan([wish('a/app:1'), wish(`a/pinned@${digest}`)], {
      registry: 'localhost:5000',
      platforms: ['linux/amd64'],
      resolveDigests: true,
      open: () => sourceOf({ same: digest }),
    });
    return made.plan;
  };
  it('reads back as it was', async () => {
    const made = await make();
    expect(made.images[0]?.source.digest).toBe(digest);
    await expect(parsePlan('p.json', JSON.stringify(made))).resolves.toEqual(made);
  });
  it.each([
    ['a newer version', { version: 2 }, /version 2.*reads version 1/],
    ['an unknown field', { nope: 1 }, /not a plan/],
    ['no images', { images: undefined }, /not a plan/],
    ['a bad registry', { registry: 'https://x' }, /not a plan: \/registry/],
  ])('is refused with %s', async (_what, change, message) => {
    const error = await refusal(parsePlan('p.json', JSON.stringify({ ...(await make()), ...change })));
    expect(error.code).toBe('PLAN_INVALID');
    expect(error.message).toMatch(message);
  });
  it('is refused with two images for one destination, or a pinned image without digest', async () => {
    const made = await make();
    const [first] = made.images;
    const twice = JSON.stringify({ ...made, images: [first, first] });
    expect((await refusal(parsePlan('p', twice))).message).toContain('two images for team/x/app:1');
    const pinned = JSON.stringify({
      ...made,
      images: [{ ...first, source: { ...first?.source, digest: undefined, pinned: true } }],
    });
    expect((await refusal(parsePlan('p', pinned))).code).toBe('PLAN_INVALID');
  });
  it.each(['', 'null', '[]', '{', '"x"', '{"version":1}'])('is refused when it is %j', async (text) => {
    expect((await refusal(parsePlan('p.json', text))).code).toBe('PLAN_INVALID');
  });
});
