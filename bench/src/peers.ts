import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { partsProgram } from '@oci-sync/e2e/parts/parts-folder.js';
import type { MeasuredProgram } from './measure/measured-run.js';

/** The command line of this checkout. */
export const cliPath = join(import.meta.dirname, '../../packages/cli/bin/oci-sync.js');

/** What to copy, with references as `127.0.0.1:PORT/repository:tag`. */
export interface CopyJob {
  readonly pairs: readonly { readonly source: string; readonly destination: string }[];
  /** Registries of the job, `127.0.0.1:PORT`. */
  readonly registries: readonly string[];
  /** PEM file of the CA of both registries. @default plain HTTP */
  readonly caFile: string | undefined;
  /** Empty folder for configuration, and the program's home. */
  readonly folder: string;
}

/** A program that copies images from registry to registry. */
export interface Peer {
  readonly name: string;
  /** The command for a job; writes what configuration it needs. */
  readonly prepare: (job: CopyJob) => MeasuredProgram;
}

/** How many images a program that copies one per process is given at a time, as in a script with `xargs -P`. */
const processesAtOnce = 4;

const ociSync: Peer = {
  name: 'oci-sync',
  prepare: ({ pairs, registries, caFile, folder }) => {
    const list = join(folder, 'images.txt');
    writeFileSync(list, pairs.map(({ source, destination }) => `${source} ${destination}\n`).join(''));
    const [only] = pairs;
    const what =
      pairs.length === 1 && only !== undefined ? [only.source, only.destination] : ['--from-file', list];
    // As the others are told, or assume of loopback: finding out takes two round trips.
    const plain = registries.flatMap((registry) => ['--plain-http', registry]);
    const trust = caFile === undefined ? plain : ['--ca-file', caFile];
    return {
      program: process.execPath,
      args: [cliPath, 'copy', ...what, ...trust],
      env: homeOf(folder),
    };
  },
};

const crane: Peer = {
  name: 'crane',
  prepare: ({ pairs, caFile, folder }) => ({
    ...eachPair(folder, [partsProgram('crane'), 'copy'], pairs),
    env: { ...homeOf(folder), ...(caFile === undefined ? {} : { SSL_CERT_FILE: caFile }) },
  }),
};

const skopeo: Peer = {
  name: 'skopeo',
  prepare: ({ pairs, caFile, folder }) => {
    // As root it keeps what it knows of blobs here, whatever its home is, and would mount instead of copying.
    if (process.getuid?.() === 0) rmSync('/var/lib/containers/cache', { recursive: true, force: true });
    const policy = join(folder, 'policy.json');
    writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    const certificates = join(folder, 'certificates');
    mkdirSync(certificates, { recursive: true });
    if (caFile !== undefined) writeFileSync(join(certificates, 'ca.crt'), readFileSync(caFile));
    const trust = (side: string): string =>
      caFile === undefined ? `--${side}-tls-verify=false` : `--${side}-cert-dir=${certificates}`;
    const command = ['skopeo', '--policy', policy, 'copy', '--all', '--preserve-digests', '--quiet'];
    return {
      ...eachPair(
        folder,
        [...command, trust('src'), trust('dest')],
        pairs.map(({ source, destination }) => ({
          source: `docker://${source}`,
          destination: `docker://${destination}`,
        })),
      ),
      env: homeOf(folder),
    };
  },
};

const regctl: Peer = {
  name: 'regctl',
  prepare: ({ pairs, registries, caFile, folder }) => {
    const config = join(folder, 'regctl.json');
    const hosts = Object.fromEntries(registries.map((registry) => [registry, regclientTls(caFile)]));
    writeFileSync(config, JSON.stringify({ hosts }));
    return {
      ...eachPair(folder, [partsProgram('regctl'), 'image', 'copy'], pairs),
      env: { ...homeOf(folder), REGCTL_CONFIG: config },
    };
  },
};

const regsync: Peer = {
  name: 'regsync',
  prepare: ({ pairs, registries, caFile, folder }) => {
    const config = join(folder, 'regsync.yml');
    // YAML, of which JSON is a part.
    writeFileSync(
      config,
      JSON.stringify({
        version: 1,
        creds: registries.map((registry) => ({ registry, ...regclientTls(caFile) })),
        defaults: { parallel: processesAtOnce },
        sync: pairs.map(({ source, destination }) => ({ source, target: destination, type: 'image' })),
      }),
    );
    return { program: partsProgram('regsync'), args: ['once', '-c', config], env: homeOf(folder) };
  },
};

/** For one image. */
export const singlePeers: readonly Peer[] = [ociSync, crane, regctl, skopeo];
/** For many images. */
export const manyPeers: readonly Peer[] = [ociSync, crane, regsync, skopeo];
/** For many images that are there already; `skopeo copy` copies them again. */
export const unchangedPeers: readonly Peer[] = [ociSync, crane, regsync];

function regclientTls(caFile: string | undefined): object {
  return caFile === undefined
    ? { tls: 'disabled' }
    : { tls: 'enabled', regcert: readFileSync(caFile, 'utf8') };
}

function eachPair(
  folder: string,
  command: readonly string[],
  pairs: CopyJob['pairs'],
): Pick<MeasuredProgram, 'program' | 'args'> {
  const [only] = pairs;
  const [program = '', ...args] = command;
  if (pairs.length === 1 && only !== undefined) {
    return { program, args: [...args, only.source, only.destination] };
  }
  const list = join(folder, 'pairs.txt');
  writeFileSync(list, pairs.map(({ source, destination }) => `${source} ${destination}\n`).join(''));
  return { program: 'xargs', args: ['-a', list, '-L', '1', '-P', String(processesAtOnce), ...command] };
}

function homeOf(folder: string): Record<string, string> {
  return { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), DOCKER_CONFIG: join(folder, 'docker') };
}
