import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as httpRequest, Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import type { BenchImage } from './bench-images.js';
import type { SeededBlob } from './seeded-blob.js';

/** A registry to fill. */
export interface SeedTarget {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** PEM file of the CA of its certificate. @default plain HTTP */
  readonly caFile?: string | undefined;
}

const uploadsAtOnce = 8;

/** Pushes images into a registry, without the code that is measured. */
export async function seedRegistry(target: SeedTarget, images: readonly BenchImage[]): Promise<void> {
  const client = createSeedClient(target);
  try {
    const sent = new Map<string, string>();
    const waiting = [...images];
    const work = async (): Promise<void> => {
      for (let image = waiting.pop(); image !== undefined; image = waiting.pop()) {
        await client.pushImage(image, sent);
      }
    };
    await Promise.all(Array.from({ length: uploadsAtOnce }, work));
  } finally {
    client.close();
  }
}

interface SeedClient {
  pushImage(image: BenchImage, sent: Map<string, string>): Promise<void>;
  close(): void;
}

function createSeedClient({ address, caFile }: SeedTarget): SeedClient {
  const limits = { keepAlive: true, maxSockets: uploadsAtOnce };
  const agent =
    caFile === undefined ? new HttpAgent(limits) : new HttpsAgent({ ...limits, ca: readFileSync(caFile) });
  const base = `${caFile === undefined ? 'http' : 'https'}://${address}`;

  const send = async (
    method: string,
    url: string,
    headers: Readonly<Record<string, string | number>>,
    body: Iterable<Buffer>,
  ): Promise<IncomingMessage> => {
    const target = new URL(url, base);
    const start = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = start(target, { method, headers, agent });
    Readable.from(body).pipe(request);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) throw new Error(`seeding: ${method} ${target.href}: ${status}`);
    return response;
  };

  const pushBlob = async (repository: string, blob: SeededBlob, sent: Map<string, string>): Promise<void> => {
    const from = sent.get(blob.digest);
    const mount = from === undefined ? '' : `?mount=${blob.digest}&from=${from}`;
    const opened = await send(
      'POST',
      `/v2/${repository}/blobs/uploads/${mount}`,
      { 'content-length': 0 },
      [],
    );
    if (opened.statusCode === 201) return;
    const location = new URL(opened.headers.location ?? '', base);
    location.searchParams.set('digest', blob.digest);
    await send('PUT', location.href, { 'content-length': blob.sizeBytes }, blob.read());
    sent.set(blob.digest, repository);
  };

  return {
    pushImage: async ({ repository, tag, manifests, blobs }, sent) => {
      for (const blob of blobs) await pushBlob(repository, blob, sent);
      for (const [at, { mediaType, bytes, blob }] of manifests.entries()) {
        const name = at === manifests.length - 1 ? tag : blob.digest;
        const headers = { 'content-type': mediaType, 'content-length': bytes.length };
        await send('PUT', `/v2/${repository}/manifests/${name}`, headers, [bytes]);
      }
    },
    close: () => agent.destroy(),
  };
}
