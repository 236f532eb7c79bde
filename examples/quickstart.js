// The main job on this machine alone: mirror images from one registry into a (local) ECR, twice, and read one back.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import {
  buildImage,
  buildMultiArchImage,
  pushImage,
  startEcr,
  startTestRegistry,
} from '@oci-sync/registry/testing';
import { createCopier } from 'oci-sync';

const cli = fileURLToPath(new URL('../packages/cli/bin/oci-sync.js', import.meta.url));

/** Runs the command line as a user does, its output on this terminal. */
async function ociSync(args, input = '') {
  console.log(`\n$ oci-sync ${args.join(' ')}`);
  const child = spawn(process.execPath, [cli, ...args], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`oci-sync ended with exit code ${code}`);
}

/** Three images on one base: real gzip tar layers, the second for two platforms. */
async function seedSource(source) {
  const base = { seed: 'base', sizeBytes: 8_000_000 };
  const images = {
    'shop/web:1.4.0': buildImage({
      seed: 'web',
      layers: [base, { seed: 'web', sizeBytes: 2_000_000 }],
    }),
    'shop/api:2.0.1': buildMultiArchImage({
      seed: 'api',
      layers: [base, { seed: 'api', sizeBytes: 1_000_000 }],
    }),
    'shop/jobs:0.9': buildImage({ seed: 'jobs', layers: [base, { seed: 'jobs', sizeBytes: 500_000 }] }),
  };
  for (const [name, image] of Object.entries(images)) await pushImage(source, name, image);
  return images;
}

/** Pulls an image from the mirror and checks every byte of it, layers unpacked. */
async function readBack(reference, expected) {
  const layout = await mkdtemp(join(tmpdir(), 'oci-sync-quickstart-'));
  const copier = createCopier({ cache: false });
  try {
    const report = await copier.copy({ source: reference, destination: `oci:${layout}:back` });
    if (report.digest !== expected.digest)
      throw new Error(`read back ${report.digest} instead of ${expected.digest}`);
    const pulled = await copier.open({ kind: 'layout', path: layout });
    let unpackedBytes = 0;
    for (const { descriptor } of expected.blobs.slice(1)) {
      const chunks = [];
      for await (const chunk of await pulled.fetchBlob(descriptor)) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      if (digest !== descriptor.digest) throw new Error(`layer ${descriptor.digest} came back as ${digest}`);
      unpackedBytes += gunzipSync(bytes).length;
    }
    console.log(
      `\nread back ${reference}\n  ${report.digest}, ${unpackedBytes} bytes of layers unpacked: the same`,
    );
  } finally {
    await copier.close();
    await rm(layout, { recursive: true, force: true });
  }
}

const work = await mkdtemp(join(tmpdir(), 'oci-sync-quickstart-'));
const source = await startTestRegistry();
const ecr = await startEcr({ region: 'us-west-2', blobMounting: 'ENABLED' });
try {
  // What a CI job would have in its environment; HOME keeps this user's own logins and cache out of it.
  Object.assign(process.env, {
    HOME: work,
    AWS_ENDPOINT_URL_ECR: ecr.apiUrl,
    AWS_ACCESS_KEY_ID: 'quickstart',
    AWS_SECRET_ACCESS_KEY: 'quickstart',
    AWS_REGION: 'us-west-2',
  });
  const images = await seedSource(source);
  const list = Object.keys(images).map((name) => `${source.host}/${name} ${ecr.host}/mirror/${name}\n`);
  console.log(`source registry ${source.host}; a stand-in for AWS ECR at ${ecr.host}, empty`);

  await ociSync(['copy', '--from-file', '-'], list.join(''));
  console.log(`\nrepositories created in ECR: ${ecr.content.repositories().join(', ')}`);

  ecr.requests.clear();
  await ociSync(['copy', '--from-file', '-'], list.join(''));
  const writes = ecr.requests.count({ method: ['POST', 'PUT', 'PATCH'], path: /^\/v2\// });
  if (writes > 0) throw new Error(`the second run wrote ${writes} times to an unchanged mirror`);
  console.log('\nthe second run wrote nothing: every image was found unchanged');

  await readBack(`${ecr.host}/mirror/shop/web:1.4.0`, images['shop/web:1.4.0']);
} finally {
  await Promise.all([source.close(), ecr.close(), rm(work, { recursive: true, force: true })]);
}
