import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

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

/** Starts a proxy for TCP connections, in a thread of its own. */
export async function startDelayProxy(settings: DelayProxySettings): Promise<DelayProxy> {
  const worker = new Worker(new URL('delay-proxy-thread.js', import.meta.url), { workerData: settings });
  const [port] = (await once(worker, 'message')) as [number];
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      await worker.terminate();
    },
  };
}
