import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { freePort, startProcess } from './background-process.js';
import type { Certificate } from './certificate-authority.js';
import { partsPath, partsProgram } from './parts-folder.js';
import { makeTemporaryFolder } from './temporary-folder.js';

/** A registry on a free loopback port that keeps its content in a temporary folder. */
export interface RunningRegistry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Where its storage is, for tests that damage it. */
  readonly storageFolder: string;
  stop(): Promise<void>;
}

/** How distribution checks who is there. */
export type DistributionAuth =
  | { readonly kind: 'htpasswd'; readonly lines: readonly string[] }
  | {
      readonly kind: 'token';
      readonly realm: string;
      readonly service: string;
      readonly issuer: string;
      readonly certificate: Certificate;
    };

/** Settings of a distribution server. */
export interface DistributionOptions {
  readonly auth?: DistributionAuth | undefined;
  readonly tls?: Certificate | undefined;
  readonly readOnly?: boolean | undefined;
}

/** A user with the bcrypt line that htpasswd would have written. */
export const htpasswdUser = {
  user: 'mirror',
  password: 'only-for-tests',
  line: 'mirror:$2y$05$abcdefghijklmnopqrstuuDt8u8tY.Zm8YU.pieFNyF5h5afvnc0a',
} as const;

/** CNCF distribution 3. */
export function startDistribution3(options: DistributionOptions = {}): Promise<RunningRegistry> {
  return startDistribution(partsProgram('registry'), options);
}

/** distribution 2.8, as Debian ships it. */
export function startDistribution2(options: DistributionOptions = {}): Promise<RunningRegistry> {
  return startDistribution(partsProgram('docker-registry'), options);
}

async function startDistribution(program: string, options: DistributionOptions): Promise<RunningRegistry> {
  return startOnFreePort((folder, port) => {
    const config = join(folder, 'config.yml');
    writeFileSync(config, JSON.stringify(distributionConfig(folder, port, options)));
    return { program, args: ['serve', config], env: { OTEL_TRACES_EXPORTER: 'none' } };
  }, options.tls === undefined);
}

function distributionConfig(folder: string, port: number, options: DistributionOptions): object {
  const { auth, tls, readOnly = false } = options;
  return {
    version: '0.1',
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(folder, 'storage') },
      delete: { enabled: true },
      maintenance: { readonly: { enabled: readOnly } },
    },
    http: {
      addr: `127.0.0.1:${port}`,
      relativeurls: true,
      ...(tls === undefined ? {} : { tls: { certificate: tls.certificateFile, key: tls.keyFile } }),
    },
    ...(auth === undefined ? {} : { auth: authConfig(folder, auth) }),
  };
}

function authConfig(folder: string, auth: DistributionAuth): object {
  if (auth.kind === 'htpasswd') {
    const path = join(folder, 'htpasswd');
    writeFileSync(path, `${auth.lines.join('\n')}\n`);
    return { htpasswd: { realm: 'e2e', path } };
  }
  const { realm, service, issuer, certificate } = auth;
  return { token: { realm, service, issuer, rootcertbundle: certificate.certificateFile } };
}

/** crane's registry, a second family. */
export function startCraneRegistry(): Promise<RunningRegistry> {
  return startOnFreePort(
    (folder, port) => ({
      program: partsProgram('crane'),
      args: ['registry', 'serve', '--address', `127.0.0.1:${port}`, '--disk', join(folder, 'storage')],
    }),
    true,
  );
}

/** moto's AWS: the ECR control plane at `http://127.0.0.1:PORT`. */
export async function startMoto(): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const moto = await startOnFreePort(
    (_folder, port) => ({ program: partsPath('moto/bin/moto_server'), args: ['-p', String(port)] }),
    true,
  );
  return { endpoint: `http://${moto.address}`, stop: () => moto.stop() };
}

interface Program {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv | undefined;
}

/** A port can be taken between looking for it and using it: then the next one. */
async function startOnFreePort(
  describe: (folder: string, port: number) => Program,
  plainHttp: boolean,
): Promise<RunningRegistry> {
  const attempts = 3;
  for (let attempt = 1; ; attempt += 1) {
    const folder = makeTemporaryFolder();
    const storageFolder = join(folder.path, 'storage');
    mkdirSync(storageFolder);
    const port = await freePort();
    try {
      const running = await startProcess({
        ...describe(folder.path, port),
        isReady: () => answers(port, plainHttp),
      });
      return {
        address: `127.0.0.1:${port}`,
        storageFolder,
        stop: async () => {
          await running.stop();
          folder.remove();
        },
      };
    } catch (error) {
      folder.remove();
      if (attempt === attempts) throw error;
    }
  }
}

/** Whether something speaks HTTP there. A TLS server answers plain HTTP with 400, which tells as much. */
function answers(port: number, plainHttp: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const path = plainHttp ? '/v2/' : '/';
    const attempt = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(true);
    });
    attempt.on('error', () => resolve(false));
    attempt.end();
  });
}
