import { join } from 'node:path';
import { discoverImages, loadPreset, type Discovery } from '@oci-sync/discovery';
import { formatReference } from '@oci-sync/oci-client';
import { describe, expect, it } from 'vitest';
import { canRun, sharedHelmFolder } from '../helm/shared-fixtures.js';

const folder = join(sharedHelmFolder(), '..', 'runwhen');

async function discoverCatalog(file: string, branch?: string): Promise<Discovery> {
  return discoverImages({
    open: () => Promise.reject(new Error('a catalog needs no registry')),
    fetchBytes: () => Promise.reject(new Error('a catalog in a file needs no network')),
    preset: await loadPreset('runwhen'),
    charts: [],
    catalog: { catalog: join(folder, file), branch },
  });
}

describe.runIf(canRun(folder))("RunWhen's catalogs", () => {
  it('of 2025: images built from the repositories, the newest tag of each', async () => {
    const { images, entriesWithoutImage, fallbacks } = await discoverCatalog('catalog-2025.yaml');
    const prefix = 'us-west1-docker.pkg.dev/runwhen-nonprod-beta/public-images';
    expect(images.map(({ reference }) => formatReference(reference))).toEqual([
      `${prefix}/infracloudio-ifc-rw-codecollection-main`,
      `${prefix}/runwhen-contrib-aws-c7n-codecollection-main`,
      `${prefix}/runwhen-contrib-rw-cli-codecollection-main`,
      `${prefix}/runwhen-contrib-rw-generic-codecollection-main`,
      `${prefix}/runwhen-contrib-rw-public-codecollection-main`,
      `${prefix}/runwhen-contrib-rw-workspace-utils-main`,
      `${prefix}/runwhen-contrib-ternary-codecollection-main`,
    ]);
    expect(images.every(({ wantedTag }) => wantedTag.rule === 'newest')).toBe(true);
    expect([entriesWithoutImage, fallbacks]).toEqual([[], []]);
  });
  it('of 2026: the images it names, of the branch; an entry without one is listed', async () => {
    const { images, entriesWithoutImage } = await discoverCatalog('catalog-2026.yaml', 'develop');
    expect(images.map(({ reference }) => formatReference(reference))).toEqual(
      [
        'aws-c7n-codecollection',
        'azure-c7n-codecollection',
        'rw-cli-codecollection',
        'rw-generic-codecollection',
        'rw-public-codecollection',
        'rw-workspace-utils',
      ].map((name) => `ghcr.io/runwhen-contrib/${name}`),
    );
    for (const { wantedTag } of images) {
      expect(wantedTag).toEqual({ rule: 'newest-of-branch', branch: 'develop' });
    }
    expect(entriesWithoutImage.map(({ entry }) => entry)).toEqual(['ternary-codecollection']);
  });
});
