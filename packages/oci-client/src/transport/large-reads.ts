import type { OnReadOpts, Socket } from 'node:net';
import type { ReadBuffers } from './read-buffers.js';

/** Less room than this is not read into: a TLS record, and half of what a plain read brings by itself. */
const leastRoomBytes = 32 * 1024;

/**
 * Reads a connection in larger pieces than Node does by itself, because what moving large blobs costs goes by pieces,
 * not by bytes: what arrives in one turn of the event loop lies side by side in one buffer and is passed on as one
 * piece. It goes through the socket's stream as ever, so whoever reads that notices nothing. For one connection only.
 *
 * A piece is passed on once the one before it has been read: the stream would copy two that wait into one.
 */
export function largeReads(buffers: ReadBuffers): OnReadOpts {
  let slab = buffers.take(false);
  /** What lies between them in the buffer has arrived and has not been passed on. */
  let [start, end] = [0, 0];
  /** The rest of full buffers, not passed on yet. */
  const waiting: Buffer[] = [];
  let socket: Socket | undefined;
  let push: Socket['push'] = () => true;
  let isScheduled = false;

  const cut = (): Buffer | undefined => {
    if (start === end) return undefined;
    const piece = slab.bytes.subarray(start, end);
    slab.lentBytes += piece.length;
    start = end;
    return piece;
  };
  const passOne = (): void => {
    isScheduled = false;
    if (socket === undefined || socket.readableLength > 0) return;
    const piece = waiting.shift() ?? cut();
    if (piece !== undefined) push(piece);
  };
  const passInTurn = (): void => {
    if (isScheduled || (start === end && waiting.length === 0)) return;
    isScheduled = true;
    setImmediate(passOne);
  };
  const passAll = (): void => {
    for (let piece = waiting.shift() ?? cut(); piece !== undefined; piece = waiting.shift() ?? cut())
      push(piece);
  };

  const follow = (followed: Socket): void => {
    socket = followed;
    push = followed.push.bind(followed);
    // Nothing that comes after gathered bytes, the end above all, may overtake them.
    followed.push = (piece, encoding) => {
      passAll();
      return push(piece, encoding);
    };
    const read = followed.read.bind(followed);
    followed.read = (size) => {
      const piece: unknown = read(size);
      passInTurn();
      return piece;
    };
  };

  return {
    buffer: () => {
      // All that was read into it has been sent already: most often so, and then it is still in the processor's cache.
      if (start === end && slab.lentBytes === 0) [start, end] = [0, 0];
      if (slab.bytes.length - end < leastRoomBytes) {
        const rest = cut();
        if (rest !== undefined) waiting.push(rest);
        buffers.retire(slab);
        // Half a buffer and more at once is a blob on its way.
        slab = buffers.take(rest !== undefined && rest.length >= slab.bytes.length / 2);
        [start, end] = [0, 0];
      }
      return slab.bytes.subarray(end);
    },
    callback(this: Socket, size: number) {
      if (socket === undefined) follow(this);
      end += size;
      passInTurn();
      // A whole buffer waits for the reader: that is enough until it reads on.
      return waiting.length === 0;
    },
  };
}
