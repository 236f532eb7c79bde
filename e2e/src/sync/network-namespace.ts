import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Server } from 'node:net';
import { join } from 'node:path';
import { runOrThrow } from '../parts/run-command.js';

/** A network of its own: nothing but a loopback interface, and names that lead to it. */
export interface NetworkNamespace {
  /** Puts a program and its arguments into the namespace, its hosts file included. */
  inside(program: string, args: readonly string[]): readonly [program: string, args: readonly string[]];
  /** Opens port 443 of every name; connections to it arrive in this process. */
  listen(): Promise<ReadonlyMap<string, Server>>;
  remove(): Promise<void>;
}

const prefix = 'oci-sync-e2e-';
const settings = '/etc/netns';
const listenersProgram = join(import.meta.dirname, '../../dist/sync/open-listeners.js');

/** With our process in it, so that others can tell whether it is still in use. */
function newName(): string {
  return `${prefix}${process.pid}-${randomUUID().slice(0, 8)}`;
}

/** Whether this machine lets us make network namespaces: Linux with iproute2, as root. */
export function canMakeNamespaces(): boolean {
  const name = newName();
  const added = spawnSync('ip', ['netns', 'add', name]).status === 0;
  return added && spawnSync('ip', ['netns', 'delete', name]).status === 0;
}

/** Makes a namespace in which each name has a loopback address of its own. Needs root. */
export async function makeNetworkNamespace(names: readonly string[]): Promise<NetworkNamespace> {
  await removeAbandoned();
  const name = newName();
  const addresses = new Map(names.map((host, at) => [host, `127.0.1.${at + 1}`]));
  const folder = join(settings, name);
  const remove = (): Promise<void> => removeNamespace(name);
  try {
    await runOrThrow('ip', ['netns', 'add', name]);
    await runOrThrow('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
    mkdirSync(folder, { recursive: true });
    const hosts = [...addresses].map(([host, address]) => `${address} ${host}\n`);
    writeFileSync(join(folder, 'hosts'), `127.0.0.1 localhost\n${hosts.join('')}`);
    // Names that are not ours are looked up nowhere.
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions attempts:1 timeout:1\n');
  } catch (error) {
    await remove();
    throw error;
  }
  const inside: NetworkNamespace['inside'] = (program, args) => [
    'ip',
    ['netns', 'exec', name, program, ...args],
  ];
  return { inside, listen: () => openListeners(addresses, inside), remove };
}

async function openListeners(
  addresses: ReadonlyMap<string, string>,
  inside: NetworkNamespace['inside'],
): Promise<ReadonlyMap<string, Server>> {
  const [program, args] = inside(process.execPath, [listenersProgram, ...addresses.values()]);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const byAddress = new Map<string, Server>();
  child.on('message', (message: { readonly address: string }, handle) => {
    if (handle instanceof Server) byAddress.set(message.address, handle);
  });
  await once(child, 'close');
  const opened = [...addresses].flatMap(([host, address]) => {
    const server = byAddress.get(address);
    return server === undefined ? [] : [[host, server] as const];
  });
  if (opened.length < addresses.size) throw new Error(`listening in the namespace failed: ${errors.trim()}`);
  return new Map(opened);
}

async function removeNamespace(name: string): Promise<void> {
  rmSync(join(settings, name), { recursive: true, force: true });
  if (existsSync(join('/run/netns', name))) await runOrThrow('ip', ['netns', 'delete', name]);
}

/** Removes namespaces of test processes that were killed; another process may be doing the same. */
async function removeAbandoned(): Promise<void> {
  if (!existsSync('/run/netns')) return;
  const abandoned = readdirSync('/run/netns').filter((name) => {
    const pid = name.startsWith(prefix) ? name.slice(prefix.length).split('-')[0] : undefined;
    return pid !== undefined && !existsSync(join('/proc', pid));
  });
  await Promise.allSettled(abandoned.map((name) => removeNamespace(name)));
}
