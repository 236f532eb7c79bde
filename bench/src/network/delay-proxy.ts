import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A distant registry: `address` stands for one nearby. */
export interface DelayProxy {
  readonly address: string;
  stop(): Promise<void>;
}

/** What a delay proxy does to connections. */
export interface DelayProxySettings {
  /** `127.0.0.1:PORT` */
  readonly upstream: string;
  /** Half of it each way; connecting costs a whole one, as a TCP handshake does. */
  readonly roundTripMs: number;
  /** Of each connection, each way. */
  readonly bytesPerSecond: number;
}

/** Starts a proxy for TCP connections, in a process of its own, which ends with this one. */
export async function startDelayProxy(settings: DelayProxySettings): Promise<DelayProxy> {
  const child = fork(join(import.meta.dirname, 'delay-proxy-process.js'), [JSON.stringify(settings)]);
  const [port] = (await once(child, 'message')) as [number];
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      if (child.kill('SIGKILL')) await once(child, 'exit');
    },
  };
}
