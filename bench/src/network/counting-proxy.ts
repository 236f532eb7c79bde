import { startRecordingProxy } from '@oci-sync/e2e/parts/recording-proxy.js';

/** What went through a proxy. */
export interface Traffic {
  readonly requests: number;
  /** Body bytes sent to the registry. */
  readonly sentBytes: number;
  /** Body bytes it answered with. */
  readonly receivedBytes: number;
}

/** A plain-HTTP proxy that counts. */
export interface CountingProxy {
  readonly address: string;
  traffic(): Traffic;
  stop(): Promise<void>;
}

/** Starts one in front of a registry, `127.0.0.1:PORT`. */
export async function startCountingProxy(upstream: string): Promise<CountingProxy> {
  let sentBytes = 0;
  let receivedBytes = 0;
  const proxy = await startRecordingProxy({
    upstream,
    answer: (request) => {
      request.on('data', (piece: Buffer) => (sentBytes += piece.length));
      return false;
    },
    onChunk: (_path, piece) => {
      receivedBytes += piece.length;
    },
  });
  return {
    address: proxy.address,
    traffic: () => ({ requests: proxy.requests.length, sentBytes, receivedBytes }),
    stop: () => proxy.stop(),
  };
}
