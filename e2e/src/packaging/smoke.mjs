// Runs outside the workspace on the packed packages, with any supported Node: copies a multi-arch image between two
// embedded registries, a second time without sending anything, and reads it back.
import assert from 'node:assert/strict';
import { startRegistry } from '@oci-sync/registry';
import { buildMultiArchImage, pushImage } from '@oci-sync/registry/testing';
import { copyImage } from 'oci-sync';

const source = await startRegistry();
const destination = await startRegistry();
try {
  const image = buildMultiArchImage();
  await pushImage(source, 'team/app:v1', image);
  const ends = [`${source.host}/team/app:v1`, `${destination.host}/mirror/app:v1`];
  const first = await copyImage(...ends);
  assert.equal(first.outcome, 'copied');
  assert.equal(first.digest, image.descriptor.digest);
  const second = await copyImage(...ends);
  assert.equal(second.outcome, 'unchanged');
  const answer = await fetch(`${destination.url}/v2/mirror/app/manifests/v1`);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), Buffer.from(image.bytes));
} finally {
  await source.close();
  await destination.close();
}
