import {
  answerWith,
  buildArtifact,
  buildImage,
  buildMultiArchImage,
  failWith,
  forbiddenWhenMissing,
  pushImage,
  withoutHeaders,
  type TestImage,
  type TestRegistry,
} from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import { findDamage, requestCounts, startCopyFixture } from './copy-fixture.js';

const fallbackTag = (image: TestImage): string => image.digest.replace(':', '-');

function signature(subject: TestImage, text: string): TestImage {
  return buildArtifact({
    artifactType: 'application/vnd.example.signature',
    subject: subject.descriptor,
    files: [{ mediaType: 'text/plain', bytes: Buffer.from(text) }],
    annotations: { made: text },
  });
}

/** As a registry of distribution-spec 1.0: no API, no OCI-Subject. */
function withoutReferrersApi(registry: TestRegistry): void {
  registry.faults.inject(answerWith(404, '404 page not found'), { route: 'referrers' });
  registry.faults.inject(withoutHeaders('oci-subject'), { method: 'PUT', route: 'manifest' });
}

async function readIndex(registry: TestRegistry, repository: string, tag: string): Promise<unknown> {
  return JSON.parse((await registry.content.readManifest(repository, tag))?.toString() ?? 'null');
}

describe('referrers', () => {
  it('are not looked for unless asked, which the report says', async () => {
    const { source, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    await pushImage(source, 'app:v1', image);
    await pushImage(source, 'app', signature(image, 'one'));
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1') });
    expect(report.referrers).toEqual({ looked: false });
    expect(source.requests.count({ route: 'referrers' })).toBe(0);
  });

  it('come along from API to API, with referrers of referrers and of children', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64'] });
    const [child = image] = image.children;
    const ofIndex = signature(image, 'index');
    const ofChild = signature(child, 'child');
    const ofReferrer = signature(ofIndex, 'signature of a signature');
    await pushImage(source, 'app:v1', image);
    for (const each of [ofIndex, ofChild, ofReferrer]) await pushImage(source, 'app', each);
    const request = { source: from('app:v1'), destination: to('mirror:v1'), referrers: true };
    const report = await copier.copy(request);
    expect(report.referrers).toEqual({ looked: true, copied: 3, leftOut: 0, refused: [] });
    for (const each of [ofIndex, ofChild, ofReferrer])
      expect(await findDamage(destination, 'mirror', each.digest)).toEqual([]);
    // The registry keeps the list; a fallback tag would be one more thing that can go stale.
    expect(destination.content.tags('mirror')).toEqual(['v1']);
  });

  it('that appear later are found though the image has not changed, and nothing is written twice', async () => {
    const { source, destination, another, from, to } = await startCopyFixture();
    const image = buildImage();
    await pushImage(source, 'app:v1', image);
    const request = { source: from('app:v1'), destination: to('app:v1'), referrers: true };
    await another().copy(request);
    await pushImage(source, 'app', signature(image, 'late'));
    expect(await another().copy(request)).toMatchObject({
      outcome: 'copied',
      referrers: { looked: true, copied: 1 },
    });
    expect(await findDamage(destination, 'app', signature(image, 'late').digest)).toEqual([]);
    destination.requests.clear();
    expect(await another().copy(request)).toMatchObject({ outcome: 'unchanged' });
    expect(destination.requests.list({ method: ['POST', 'PUT', 'PATCH'] })).toEqual([]);
  });

  it('are listed under the fallback tag where the destination has no API, beside what is listed there', async () => {
    const { source, destination, copier, another, from, to } = await startCopyFixture();
    const image = buildImage();
    await pushImage(source, 'app:v1', image);
    const [first, second] = [signature(image, 'first'), signature(image, 'second')];
    await pushImage(source, 'app', first);
    withoutReferrersApi(destination);
    const request = { source: from('app:v1'), destination: to('app:v1'), referrers: true };
    await copier.copy(request);
    await pushImage(source, 'app', second);
    await another().copy(request);
    const entry = (referrer: TestImage, text: string): object => ({
      mediaType: referrer.mediaType,
      digest: referrer.digest,
      size: referrer.bytes.length,
      artifactType: 'application/vnd.example.signature',
      annotations: { made: text },
    });
    const index = (await readIndex(destination, 'app', fallbackTag(image))) as { manifests: object[] };
    expect(index).toMatchObject({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
    });
    expect(index.manifests).toHaveLength(2);
    expect(index.manifests).toEqual(expect.arrayContaining([entry(first, 'first'), entry(second, 'second')]));
    expect(await findDamage(destination, 'app', fallbackTag(image))).toEqual([]);
  });

  it('are read from the fallback tag where the source has no API', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    await pushImage(source, 'app:v1', image);
    const signed = signature(image, 'one');
    await pushImage(source, 'app', signed);
    const manifests = [{ ...signed.descriptor, annotations: { made: 'one' } }];
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
    await source.content.putManifest('app', Buffer.from(JSON.stringify(index)), {
      tags: [fallbackTag(image)],
    });
    withoutReferrersApi(source);
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true });
    expect(report.referrers).toMatchObject({ copied: 1, refused: [] });
    expect(await findDamage(destination, 'app', signed.digest)).toEqual([]);
    expect(destination.content.tags('app')).toEqual(['v1']);
  });

  it('are listed under the fallback tag although the destination answered OCI-Subject without having the API', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    await pushImage(source, 'app:v1', image);
    await pushImage(source, 'app', signature(image, 'one'));
    destination.faults.inject(answerWith(404, ''), { route: 'referrers' });
    await copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true });
    expect(destination.content.tags('app')).toContain(fallbackTag(image));
  });

  it('of one image copied by many at once are all in the fallback index', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    const signatures = ['a', 'b', 'c', 'd', 'e'].map((text) => signature(image, text));
    await Promise.all(
      signatures.map(async (signed, at) => {
        await pushImage(source, `from${at}:v1`, image);
        await pushImage(source, `from${at}`, signed);
      }),
    );
    withoutReferrersApi(destination);
    const outcomes = await copier.copyAll(
      signatures.map((_, at) => ({
        source: from(`from${at}:v1`),
        destination: to(`app:v${at}`),
        referrers: true,
      })),
    );
    expect(outcomes.map((each) => each.outcome)).toEqual(signatures.map(() => 'copied'));
    const index = (await readIndex(destination, 'app', fallbackTag(image))) as {
      manifests: { digest: string }[];
    };
    expect(index.manifests.map((each) => each.digest).toSorted()).toEqual(
      signatures.map((each) => each.digest).toSorted(),
    );
  });

  it('in cosign tags come along by name, those of children and of a referrer too', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64'] });
    const [child = image] = image.children;
    const referrer = signature(image, 'referrer');
    await pushImage(source, 'app:v1', image);
    await pushImage(source, 'app', referrer);
    const tags = [
      `${fallbackTag(image)}.sig`,
      `${fallbackTag(image)}.att`,
      `${fallbackTag(child)}.sbom`,
      `${fallbackTag(referrer)}.sig`,
    ];
    for (const tag of tags) await pushImage(source, `app:${tag}`, buildArtifact({ annotations: { tag } }));
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true });
    expect(report.referrers).toMatchObject({ copied: 5, refused: [] });
    expect(destination.content.tags('app')).toEqual([...tags, 'v1'].toSorted());
    for (const tag of tags) expect(await findDamage(destination, 'app', tag)).toEqual([]);
  });

  it('of what a platform filter left out are counted and left out', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildMultiArchImage({ platforms: ['linux/amd64', 'linux/arm64', 'linux/s390x'] });
    const [amd = image, arm = image] = image.children;
    await pushImage(source, 'app:v1', image);
    for (const subject of [image, amd, arm])
      await pushImage(source, 'app', signature(subject, subject.digest));
    await pushImage(source, `app:${fallbackTag(arm)}.sig`, buildArtifact());
    const report = await copier.copy({
      source: from('app:v1'),
      destination: to('app:v1'),
      platforms: ['linux/amd64'],
      referrers: true,
    });
    // Left out: the index's, the arm image's, and its cosign tag.
    expect(report.referrers).toEqual({ looked: true, copied: 1, leftOut: 3, refused: [] });
    expect(await findDamage(destination, 'app', signature(amd, amd.digest).digest)).toEqual([]);
    expect(destination.content.manifest('app', signature(arm, arm.digest).digest)).toBeUndefined();
    expect(destination.content.tags('app')).toEqual(['v1']);
  });

  it('that the destination refuses are reported with its reason; the image is complete', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    const [good, bad] = [signature(image, 'good'), signature(image, 'bad')];
    await pushImage(source, 'app:v1', image);
    for (const each of [good, bad]) await pushImage(source, 'app', each);
    const invalid = failWith({ status: 405, code: 'UNSUPPORTED', message: "'Invalid JSON syntax'" });
    destination.faults.inject(invalid, { method: 'PUT', route: 'manifest', path: new RegExp(bad.digest) });
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true });
    expect(report).toMatchObject({ outcome: 'copied', referrers: { looked: true, copied: 1 } });
    const refused = report.referrers.looked ? report.referrers.refused : [];
    expect(refused).toHaveLength(1);
    expect(refused[0]).toContain(bad.digest);
    expect(refused[0]).toContain('Invalid JSON syntax');
    expect(await findDamage(destination, 'app', 'v1')).toEqual([]);
    expect(await findDamage(destination, 'app', good.digest)).toEqual([]);
  });

  it('that the source lists but does not have are reported, too', async () => {
    const { source, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    const gone = signature(image, 'gone');
    await pushImage(source, 'app:v1', image);
    await pushImage(source, 'app', gone);
    source.faults.inject(answerWith(404, ''), { route: 'manifest', path: new RegExp(gone.digest) });
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true });
    expect(report.referrers).toMatchObject({
      looked: true,
      copied: 0,
      refused: [expect.stringContaining(gone.digest)],
    });
  });

  it('fail the copy when the source cannot be asked for them', async () => {
    const { source, copier, from, to } = await startCopyFixture({ http: { retry: { attempts: 1 } } });
    await pushImage(source, 'app:v1', buildImage());
    source.faults.inject(answerWith(500, ''), { route: 'referrers' });
    await expect(
      copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true }),
    ).rejects.toMatchObject({ name: 'CopyError', side: 'source', operation: 'list referrers' });
  });

  it('are not missed where a registry answers 403 for tags that are not there', async () => {
    const { source, destination, copier, from, to } = await startCopyFixture();
    const image = buildImage();
    await pushImage(source, 'app:v1', image);
    await pushImage(source, 'app', signature(image, 'one'));
    for (const registry of [source, destination])
      registry.faults.inject(forbiddenWhenMissing(), { route: 'manifest', method: ['GET', 'HEAD'] });
    const report = await copier.copy({ source: from('app:v1'), destination: to('app:v1'), referrers: true });
    expect(report.referrers).toEqual({ looked: true, copied: 1, leftOut: 0, refused: [] });
    expect(requestCounts(destination)).toMatchObject({ 'PUT manifest': 2 });
  });
});
