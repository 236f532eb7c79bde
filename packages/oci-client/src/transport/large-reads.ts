import type { OnReadOpts, Socket } from 'node:net';

/** Bytes read from the network at once; Node's own reads are of 64 KiB, each in a buffer of its own. */
const readBytes = 256 * 1024;

/** A read that fills less of the buffer than this is copied out of it. */
const copyBelowBytes = 64 * 1024;

/**
 * Reads a plain TCP connection in larger pieces than Node does by itself, which is what moving large blobs costs: a
 * piece, not a byte. Data goes through the socket's stream as ever, so whoever reads it notices nothing. For one
 * connection only.
 */
export function largeReads(): OnReadOpts {
  let buffer: Buffer | undefined;
  return {
    buffer: () => (buffer ??= Buffer.allocUnsafeSlow(readBytes)),
    callback(this: Socket, size: number) {
      const read = buffer;
      if (read === undefined) return true;
      if (size < copyBelowBytes) return this.push(Buffer.from(read.subarray(0, size)));
      buffer = undefined;
      return this.push(read.subarray(0, size));
    },
  };
}
