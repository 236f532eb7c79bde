import type { OnReadOpts, Socket } from 'node:net';

/** Bytes gathered before they are passed on; Node's own reads are of 64 KiB, and of 16 KiB with TLS. */
const slabBytes = 256 * 1024;

/** Less room than this is not read into: a TLS record, and half of what a plain read brings by itself. */
const leastRoomBytes = 32 * 1024;

/**
 * Reads a connection in larger pieces than Node does by itself, because what moving large blobs costs goes by pieces,
 * not by bytes: what arrives in one turn of the event loop lies side by side in one buffer and is passed on as one
 * piece. It goes through the socket's stream as ever, so whoever reads that notices nothing. For one connection only.
 */
export function largeReads(): OnReadOpts {
  let slab = Buffer.alloc(0);
  /** What lies between them has arrived and has not been passed on. */
  let [start, end] = [0, 0];
  let passOn: (() => void) | undefined;
  let isScheduled = false;

  /** Nothing that comes after gathered bytes, the end above all, may overtake them. */
  const follow = (socket: Socket): (() => void) => {
    const push = socket.push.bind(socket);
    const pass = (): void => {
      if (start === end) return;
      const piece = slab.subarray(start, end);
      start = end;
      push(piece);
    };
    socket.push = (piece, encoding) => {
      pass();
      return push(piece, encoding);
    };
    return pass;
  };

  return {
    buffer: () => {
      if (slab.length - end < leastRoomBytes) {
        passOn?.();
        slab = Buffer.allocUnsafeSlow(slabBytes);
        [start, end] = [0, 0];
      }
      return slab.subarray(end);
    },
    callback(this: Socket, size: number) {
      passOn ??= follow(this);
      end += size;
      if (!isScheduled) {
        isScheduled = true;
        setImmediate(() => {
          isScheduled = false;
          passOn?.();
        });
      }
      return this.readableLength + end - start < this.readableHighWaterMark;
    },
  };
}
