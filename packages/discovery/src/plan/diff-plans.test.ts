import { expect, it } from 'vitest';
import { diffPlans } from './diff-plans.js';
import type { ImagePlan, PlannedImage } from './image-plan.js';

function image(repository: string, tag: string, digest?: string): PlannedImage {
  return {
    source: {
      registry: 'ghcr.io',
      repository,
      tag,
      pinned: false,
      ...(digest === undefined ? {} : { digest }),
    },
    destination: { repository, tag },
    platforms: 'all',
    tagOrigin: { rule: 'given', detail: '' },
    group: 'list',
    provenance: [{ kind: 'option', text: '' }],
  };
}

function planOf(...images: readonly PlannedImage[]): ImagePlan {
  return { version: 1, createdAt: '2026-01-01T00:00:00Z', images };
}

it('tells what was added, removed, moved and retagged', () => {
  const before = planOf(
    image('same', '1'),
    image('gone', '1'),
    image('moved', '1', 'sha256:a'),
    image('retagged', '1'),
    image('two', '1'),
    image('two', '2'),
    { ...image('fewer', '1'), platforms: ['linux/amd64'] },
  );
  const after = planOf(
    image('same', '1', 'sha256:known-now'),
    image('new', '1'),
    image('moved', '1', 'sha256:b'),
    image('retagged', '2'),
    image('two', '2'),
    image('two', '3'),
    image('two', '4'),
    image('fewer', '1'),
  );
  const diff = diffPlans(before, after);
  const names = (images: readonly PlannedImage[]): readonly string[] =>
    images.map(({ source }) => `${source.repository}:${source.tag ?? ''}`).sort();
  expect(names(diff.added)).toEqual(['new:1', 'two:3', 'two:4']);
  expect(names(diff.removed)).toEqual(['gone:1', 'two:1']);
  expect(diff.changed.map(({ after: { source }, changes }) => [source.repository, changes])).toEqual([
    ['moved', ['digest']],
    ['retagged', ['tag', 'destination']],
    ['fewer', ['platforms']],
  ]);
  expect(diff.unchanged).toBe(2);
});
