import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatedImages } from './simulated-registry.js';

const images = JSON.parse(process.argv[2] ?? '') as SimulatedImages;
const manifestType = 'application/vnd.oci.image.manifest.v1+json';

/** A blob is a short beginning, and one piece again and again. */
interface Blob {
  readonly start: Buffer;
  readonly repeats: number;
  readonly digest: string;
  readonly sizeBytes: number;
}

const piece = Buffer.alloc(Math.min(images.layerBytes, 1024 * 1024), 'oci-sync bench ');
const blobs = new Map<string, Blob>();
/** How many images share a layer. */
const sharedBy = 20;

function blobOf(text: string, repeats: number): Blob {
  const start = Buffer.from(text);
  const hash = createHash('sha256').update(start);
  for (let at = 0; at < repeats; at += 1) hash.update(piece);
  const digest = `sha256:${hash.digest('hex')}`;
  const known = blobs.get(digest);
  if (known !== undefined) return known;
  const blob = { start, repeats, digest, sizeBytes: start.length + repeats * piece.length };
  blobs.set(digest, blob);
  return blob;
}

const repeats = Math.floor(images.layerBytes / piece.length);
const manifests = Array.from({ length: images.count }, (_, number) => {
  const layer = (name: string): object => descriptor('tar', blobOf(name, repeats));
  const config = blobOf(JSON.stringify({ os: 'linux', architecture: 'amd64', number }), 0);
  const group = Math.floor(number / sharedBy);
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      config: { ...descriptor('', config), mediaType: 'application/vnd.oci.image.config.v1+json' },
      layers: [
        ...Array.from({ length: images.ownLayers }, (_own, at) => layer(`own ${number} ${at}`)),
        ...Array.from({ length: images.sharedLayers }, (_shared, at) => layer(`shared ${group} ${at}`)),
      ],
    }),
  );
});

function descriptor(kind: string, { digest, sizeBytes }: Blob): object {
  return { mediaType: `application/vnd.oci.image.layer.v1.${kind}`, digest, size: sizeBytes };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { method = '', url = '' } = request;
  const [, side, image, rest = ''] = /^\/v2\/(source|copy)\/image-(\d+)\/(.*)$/.exec(url) ?? [];
  if (method === 'POST') {
    const mounted = /[?&]mount=([^&]+)/.exec(url);
    const isSelf = url.includes(`from=copy%2Fimage-${image}`);
    response.writeHead(mounted !== null && !isSelf ? 201 : 202, { location: `${url.split('?')[0]}session` });
    response.end();
  } else if (method === 'PUT') {
    const hash = rest.startsWith('manifests/') ? createHash('sha256') : undefined;
    request.on('data', (bytes: Buffer) => hash?.update(bytes));
    request.on('end', () => {
      const digest = hash === undefined ? {} : { 'docker-content-digest': `sha256:${hash.digest('hex')}` };
      response.writeHead(201, digest).end();
    });
  } else if (rest.startsWith('manifests/') && side === 'source') {
    const bytes = manifests[Number(image)] ?? Buffer.alloc(0);
    response.writeHead(200, { 'content-type': manifestType, 'content-length': bytes.length }).end(bytes);
  } else if (rest.startsWith('blobs/') && side === 'source') {
    const blob = blobs.get(rest.slice('blobs/'.length));
    if (blob === undefined) response.writeHead(404).end();
    else sendBlob(response, blob);
  } else {
    response.writeHead(404, { 'content-type': 'application/json' });
    response.end(rest.startsWith('tags/list') ? '{"errors":[{"code":"NAME_UNKNOWN"}]}' : '');
  }
}

function sendBlob(response: ServerResponse, blob: Blob): void {
  response.writeHead(200, { 'content-length': blob.sizeBytes });
  response.write(blob.start);
  let left = blob.repeats;
  const send = (): void => {
    while (left > 0) {
      left -= 1;
      if (!response.write(piece)) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  send();
}

const server = createServer(answer);
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
