import { formatReference } from '@oci-sync/oci-client';
import { describe, expect, it } from 'vitest';
import { DiscoveryError } from '../errors.js';
import { catalogImages, type CatalogImagesOptions } from './catalog-images.js';
import { parseCatalog } from './parse-catalog.js';

const old = `codecollections:
  - name: One
    slug: one
    git_url: https://github.com/Example-Org/one-collection
    git_ref: main
  - name: Two
    git_url: git@github.com:example/two.git
  - slug: three
    owner: nobody
`;
const present = `codecollections:
  - slug: one
    git_url: https://github.com/example/one
    image_source: oci
    image_registry: ghcr.io/example/one
  - slug: two
    image_source: oci
    image_registry: ghcr.io/example/two
    default_ref: develop
    visibility: hidden
  - slug: three
    git_url: https://github.com/example/three
  - slug: four
    image_source: static
    image_registry: ghcr.io/example/four
  - slug: five
    image_source: oci
    image_registry: "not an image"
`;

function images(text: string, options: Partial<CatalogImagesOptions> = {}) {
  return catalogImages(parseCatalog('c.yaml', text), {
    catalog: 'c.yaml',
    registryPrefix: 'us-docker.pkg.dev/p/r',
    ...options,
  });
}

describe('a catalog of the old form', () => {
  it('builds names of organisation, name and branch', () => {
    const found = images(old);
    expect(
      found.images.map(({ reference, wantedTag }) => [formatReference(reference), wantedTag.rule]),
    ).toEqual([
      ['us-docker.pkg.dev/p/r/example-org-one-collection-main', 'newest'],
      ['us-docker.pkg.dev/p/r/example-two-main', 'newest'],
    ]);
    expect(found.withoutImage).toEqual(['three']);
  });
  it('takes the branch', () => {
    const [first] = images(old, { branch: 'develop' }).images;
    expect(first?.reference.repository).toBe('p/r/example-org-one-collection-develop');
  });
});

describe('a catalog of the present form', () => {
  it('takes the images it names, hidden ones too, with the branch of each entry', () => {
    const found = images(present);
    expect(found.images.map(({ reference, wantedTag }) => [formatReference(reference), wantedTag])).toEqual([
      ['ghcr.io/example/one', { rule: 'newest-of-branch', branch: 'main' }],
      ['ghcr.io/example/two', { rule: 'newest-of-branch', branch: 'develop' }],
    ]);
    expect(found.withoutImage).toEqual(['three', 'four']);
    expect(found.notes.map(({ message }) => message)).toEqual([
      'CodeCollection five: "not an image" is not an image',
    ]);
  });
  it('takes the branch before that of the entry', () => {
    const found = images(present, { branch: 'x' });
    expect(found.images.map(({ wantedTag }) => wantedTag)).toEqual([
      { rule: 'newest-of-branch', branch: 'x' },
      { rule: 'newest-of-branch', branch: 'x' },
    ]);
  });
});

it.each([
  ['', 'is empty'],
  ['<!doctype html><p>', 'is HTML'],
  ['a: [', 'is no YAML: line 1'],
  ['other: []', 'has no list'],
  ['codecollections: {}', 'has no list'],
  ['codecollections: [1]', 'entry 1 is no object'],
  ['codecollections: [{owner: x}]', 'entry 1 has neither'],
  ['codecollections: [{slug: a}, {slug: [b]}]', 'entry 2: slug is not text'],
  ['*a', /cannot be read.*alias/],
])('%j is refused', (text, message) => {
  expect(() => parseCatalog('c.yaml', text)).toThrow(DiscoveryError);
  expect(() => parseCatalog('c.yaml', text)).toThrow(message);
});
