import { expect, test } from 'vitest';
import { compareBranchTags, compareTags } from './rank-tags.js';

const day = (text: string): Date => new Date(`2026-${text}T00:00:00Z`);

test('newest date first, then version, then name, undated last', () => {
  const ranked = [
    { tag: 'undated-9', created: undefined },
    { tag: '9.9.9', created: undefined },
    { tag: 'old', created: day('01-01') },
    { tag: '1.2.3', created: day('02-01') },
    { tag: '1.10.0', created: day('02-01') },
    { tag: '1.10.0-rc.1', created: day('02-01') },
    { tag: 'beta', created: day('02-01') },
    { tag: 'gamma', created: day('02-01') },
    { tag: '1', created: day('03-01') },
    { tag: '1.0.0', created: day('03-01') },
  ].sort(compareTags);
  expect(ranked.map(({ tag }) => tag)).toEqual([
    '1.0.0',
    '1',
    '1.10.0',
    '1.10.0-rc.1',
    '1.2.3',
    'gamma',
    'beta',
    'old',
    '9.9.9',
    'undated-9',
  ]);
});

test('tags of a branch: date, then name', () => {
  const ranked = ['main-aaaaaaa-9999999', 'main-bbbbbbb-1111111'].map((tag) => ({
    tag,
    created: day('01-01'),
  }));
  expect(ranked.sort(compareBranchTags).map(({ tag }) => tag)).toEqual([
    'main-bbbbbbb-1111111',
    'main-aaaaaaa-9999999',
  ]);
});
