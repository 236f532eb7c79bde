import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { store, type StoredManifest, type TestContent } from './test-content.js';

/** Where content is put without any of the code under test. */
export interface PutTarget {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly repository: string;
  /** PEM file of the CA that the registry's certificate comes from. @default plain HTTP */
  readonly caFile?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Pushes content into a registry, children first, and tags the root. Distribution spec, "Pushing". */
export async function putContent(target: PutTarget, tag: string, content: TestContent): Promise<void> {
  await putTags(target, [tag], content);
}

/** As {@link putContent}, under many tags. */
export async function putTags(
  target: PutTarget,
  tags: readonly string[],
  content: TestContent,
): Promise<void> {
  await putBlobs(target, content);
  for (const manifest of content.manifests) await putManifest(target, manifest.digest, manifest);
  // Several at a time: a thousand requests one after the other take long.
  const waiting = [...tags];
  const work = async (): Promise<void> => {
    for (let tag = waiting.pop(); tag !== undefined; tag = waiting.pop()) {
      await putManifest(target, tag, content.root);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

/**
 * Pushes what refers to a manifest, so that it is listed: where the registry does not keep the list itself
 * (no `OCI-Subject` in its answer), under the fallback tag. Distribution spec, "Referrers Tag Schema".
 */
export async function putReferrer(
  target: PutTarget,
  subject: StoredManifest,
  referrer: TestContent,
): Promise<void> {
  await putBlobs(target, referrer);
  const { root } = referrer;
  const { isListed } = await putManifest(target, root.digest, root);
  if (isListed) return;
  const { artifactType } = JSON.parse(root.bytes.toString()) as { artifactType: string };
  const { mediaType, digest, bytes } = root;
  const manifests = [{ mediaType, digest, size: bytes.length, artifactType }];
  const index = 'application/vnd.oci.image.index.v1+json';
  const list = store(Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: index, manifests })));
  await putManifest(target, subject.digest.replace(':', '-'), { ...list, mediaType: index });
}

/** Pushes the blobs of some content. */
async function putBlobs(target: PutTarget, content: TestContent): Promise<void> {
  for (const { digest, bytes } of content.blobs) {
    const opened = await send(target, 'POST', `/v2/${target.repository}/blobs/uploads/`);
    const location = new URL(opened.location ?? '', `http://${target.address}`);
    location.searchParams.set('digest', digest);
    const type = { 'content-type': 'application/octet-stream' };
    await send(target, 'PUT', `${location.pathname}${location.search}`, type, bytes);
  }
}

/** Pushes one manifest under a tag or its digest. `isListed`: the registry keeps its list of referrers. */
async function putManifest(
  target: PutTarget,
  reference: string,
  manifest: StoredManifest,
): Promise<{ readonly isListed: boolean }> {
  const type = { 'content-type': manifest.mediaType };
  const path = `/v2/${target.repository}/manifests/${reference}`;
  const answer = await send(target, 'PUT', path, type, manifest.bytes);
  return { isListed: answer['oci-subject'] !== undefined };
}

/** Sends one request and returns the answer's headers; anything but 2xx is an error. */
function send(
  target: PutTarget,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer = Buffer.alloc(0),
): Promise<IncomingHttpHeaders> {
  const [host = '', port = ''] = target.address.split(':');
  const sent = { ...target.headers, ...headers, 'content-length': String(body.length) };
  return new Promise((resolve, reject) => {
    const options = { host, port, method, path, headers: sent, agent: false };
    const onResponse = (response: IncomingMessage): void => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(response.headers);
        else reject(new Error(`${method} ${path} answered ${status}: ${text}`));
      });
    };
    const outgoing =
      target.caFile === undefined
        ? httpRequest(options, onResponse)
        : httpsRequest({ ...options, ca: readFileSync(target.caFile) }, onResponse);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** One entry of a layout's index. */
export interface LayoutEntry {
  readonly tag?: string | undefined;
  readonly content: TestContent;
}

/** Adds content to an OCI image layout, or begins one. Image spec, "OCI Image Layout Specification". */
export function addToLayout(folder: string, entries: readonly LayoutEntry[]): void {
  const blobFolder = join(folder, 'blobs', 'sha256');
  mkdirSync(blobFolder, { recursive: true });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  for (const { content } of entries) {
    for (const { digest, bytes } of [...content.blobs, ...content.manifests]) {
      writeFileSync(join(blobFolder, digest.replace('sha256:', '')), bytes);
    }
  }
  const added = entries.map(({ tag, content: { root } }) => ({
    mediaType: root.mediaType,
    digest: root.digest,
    size: root.bytes.length,
    ...(tag === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': tag } }),
  }));
  const manifests = [...readLayoutIndex(folder), ...added];
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

/** An entry of index.json, as far as tests look at it. */
export interface IndexedManifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The entries of a layout's index; none when there is no layout. */
export function readLayoutIndex(folder: string): readonly IndexedManifest[] {
  const path = join(folder, 'index.json');
  if (!existsSync(path)) return [];
  const { manifests } = JSON.parse(readFileSync(path, 'utf8')) as { manifests: IndexedManifest[] };
  return manifests;
}
