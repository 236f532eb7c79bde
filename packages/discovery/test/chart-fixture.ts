import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { createTar } from '@oci-sync/registry/testing';

/** Files of a chart besides Chart.yaml, by path. */
export type ChartFiles = Readonly<Record<string, string>>;

/** A packaged chart with a Deployment of one image, unless other files are given. */
export function packChart(name: string, version: string, more: string, files: ChartFiles = {}): Buffer {
  const all = { 'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n${more}`, ...files };
  return gzipSync(
    createTar(
      Object.entries(all).map(([path, text]) => ({ path: `${name}/${path}`, bytes: Buffer.from(text) })),
    ),
  );
}

/** A Deployment template of one image. */
export function deployment(image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: "{{ .Chart.Name }}"}
spec:
  template:
    spec:
      containers: [{name: c, image: "${image}"}]
`;
}

/** A web server of fixed answers on loopback. */
export interface WebFixture {
  readonly url: string;
  readonly requests: readonly IncomingMessage[];
  /** Sets what a path answers. */
  serve(path: string, body: string | Uint8Array): void;
  close(): Promise<void>;
}

export async function startWeb(): Promise<WebFixture> {
  const answers = new Map<string, string | Uint8Array>();
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const body = answers.get(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200);
    response.end(body ?? 'no');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    serve: (path, body) => void answers.set(path, body),
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** `index.yaml` of archives in the same folder. */
export function indexOf(
  archives: readonly { readonly name: string; readonly version: string; readonly bytes: Buffer }[],
): string {
  const names = [...new Set(archives.map(({ name }) => name))];
  const entries = names.map((name) => {
    const versions = archives
      .filter((archive) => archive.name === name)
      .map(({ version, bytes }) => {
        const digest = createHash('sha256').update(bytes).digest('hex');
        return `  - version: ${version}\n    urls: [${name}-${version}.tgz]\n    digest: ${digest}`;
      });
    return `  ${name}:\n${versions.join('\n')}`;
  });
  return `apiVersion: v1\nentries:\n${entries.join('\n')}\n`;
}
