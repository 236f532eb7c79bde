// The main job on this machine alone: mirror the images of a chart, a catalog and a list into a (local) ECR, point the
// chart's values at it, run again, verify, and read one image back.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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

const chart = fileURLToPath(new URL('shop-chart', import.meta.url));
const cli = fileURLToPath(new URL('../packages/cli/bin/oci-sync.js', import.meta.url));

/** Runs the command line as a user does, its output on this terminal. */
async function ociSync(args, folder) {
  console.log(`\n$ oci-sync ${args.join(' ')}`);
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`oci-sync ended with exit code ${code}`);
}

/** Images on one base: real gzip tar layers; one for two platforms, one with two tags. */
async function seedSource(source) {
  const base = { seed: 'base', sizeBytes: 8_000_000 };
  const image = (seed, created) =>
    buildImage({ seed, created, layers: [base, { seed, sizeBytes: 1_000_000 }] });
  const images = {
    'shop/web:1.4.0': image('web'),
    'shop/api:2.0.1': buildMultiArchImage({
      seed: 'api',
      layers: [base, { seed: 'api', sizeBytes: 500_000 }],
    }),
    'shop/cache:7.2': image('cache'),
    'shop/jobs:0.8': image('jobs, older', '2025-03-01T00:00:00Z'),
    'shop/jobs:0.9': image('jobs', '2025-06-01T00:00:00Z'),
    'tools/shop-codecollection:main-1a2b3c4-5d6e7f8': image('tools'),
  };
  for (const [name, built] of Object.entries(images)) await pushImage(source, name, built);
  return images;
}

/** The files a user would have: values with comments, a catalog of CodeCollections, a list of further images. */
async function writeInputs(folder, registry) {
  const values = `# Our own settings of the shop.
image:
  registry: ${registry} # where we build
  repository: shop/web
migrations:
  image: ${registry}/shop/api:2.0.1
cache:
  image:
    repository: ${registry}/shop/cache
`;
  const catalog = `codecollections:
  - name: Shop CodeCollection
    slug: shop-codecollection
    git_url: https://git.example/shop/shop-codecollection
    image_source: oci
    image_registry: ${registry}/tools/shop-codecollection
`;
  await writeFile(join(folder, 'values.yaml'), values);
  await writeFile(join(folder, 'catalog.yaml'), catalog);
  await writeFile(join(folder, 'images.txt'), `${registry}/shop/jobs # no tag: the newest\n`);
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
  await writeInputs(work, source.host);
  console.log(`source registry ${source.host}; a stand-in for AWS ECR at ${ecr.host}, empty`);

  const inputs = [
    '-c',
    chart,
    '-f',
    'values.yaml',
    '--catalog',
    'catalog.yaml',
    '-e',
    'images.txt',
    '-p',
    'mirror',
  ];
  await ociSync(['sync', ...inputs], work);
  console.log(`\nrepositories created in ECR: ${ecr.content.repositories().join(', ')}`);
  console.log(`\nupdated_values.yaml:\n${await readFile(join(work, 'updated_values.yaml'), 'utf8')}`);

  ecr.requests.clear();
  await ociSync(['sync', ...inputs], work);
  const writes = ecr.requests.count({ method: ['POST', 'PUT', 'PATCH'], path: /^\/v2\// });
  if (writes > 0) throw new Error(`the second run wrote ${writes} times to an unchanged mirror`);
  console.log('\nthe second run wrote nothing: every image was found unchanged');

  await ociSync(['verify', ...inputs], work);
  await readBack(`${ecr.host}/mirror/web:1.4.0`, images['shop/web:1.4.0']);
} finally {
  await Promise.all([source.close(), ecr.close(), rm(work, { recursive: true, force: true })]);
}
