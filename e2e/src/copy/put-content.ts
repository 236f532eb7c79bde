import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import type { StoredManifest, TestContent } from './test-content.js';

/** Where content is put without any of the code under test. */
export interface PutTarget {
  /** `127.0.0.1:PORT`, plain HTTP. */
  readonly address: string;
  readonly repository: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Pushes content into a registry, children first, and tags the root. Distribution spec, "Pushing". */
export async function putContent(target: PutTarget, tag: string, content: TestContent): Promise<void> {
  await putBlobs(target, content);
  for (const manifest of content.manifests) await putManifest(target, manifest.digest, manifest);
  await putManifest(target, tag, content.root);
}

/** Pushes the blobs of some content. */
export async function putBlobs(target: PutTarget, content: TestContent): Promise<void> {
  for (const { digest, bytes } of content.blobs) {
    const opened = await send(target, 'POST', `/v2/${target.repository}/blobs/uploads/`);
    const location = new URL(opened.location ?? '', `http://${target.address}`);
    location.searchParams.set('digest', digest);
    const type = { 'content-type': 'application/octet-stream' };
    await send(target, 'PUT', `${location.pathname}${location.search}`, type, bytes);
  }
}

/** Pushes one manifest under a tag or its digest. */
export async function putManifest(
  target: PutTarget,
  reference: string,
  manifest: StoredManifest,
): Promise<void> {
  const type = { 'content-type': manifest.mediaType };
  await send(target, 'PUT', `/v2/${target.repository}/manifests/${reference}`, type, manifest.bytes);
}

function send(
  target: PutTarget,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = Buffer.alloc(0),
): Promise<{ readonly location: string | undefined }> {
  const [host = '', port = ''] = target.address.split(':');
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host,
        port,
        method,
        path,
        agent: false,
        headers: { ...target.headers, ...headers, 'content-length': String(body.length) },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 200 && status < 300) resolve({ location: response.headers.location });
          else reject(new Error(`${method} ${path} answered ${status}: ${text}`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** One entry of a layout's index. */
export interface LayoutEntry {
  readonly tag: string;
  readonly content: TestContent;
}

/** Writes an OCI image layout. Image spec, "OCI Image Layout Specification". */
export function writeLayout(folder: string, entries: readonly LayoutEntry[]): void {
  const blobFolder = join(folder, 'blobs', 'sha256');
  mkdirSync(blobFolder, { recursive: true });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  for (const { content } of entries) {
    for (const { digest, bytes } of [...content.blobs, ...content.manifests]) {
      writeFileSync(join(blobFolder, digest.replace('sha256:', '')), bytes);
    }
  }
  const manifests = entries.map(({ tag, content: { root } }) => ({
    mediaType: root.mediaType,
    digest: root.digest,
    size: root.bytes.length,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  }));
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}
