import type { Socket } from 'node:net';
import type { ReadBuffers } from './read-buffers.js';

/**
 * Gives pieces back to the buffers they were read into, once the system (or TLS) has taken all of them. Only while
 * `isOn()`: what else is sent, manifests for one, is still needed afterwards. Pieces of a write that failed stay lent.
 */
export function giveBackSent(socket: Socket, buffers: ReadBuffers, isOn: () => boolean): void {
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean;
  const writeAndGiveBack = (...args: readonly unknown[]): boolean => {
    const [piece] = args;
    if (!(piece instanceof Uint8Array) || args.length > 1 || !isOn()) return write(...args);
    return write(piece, (error?: Error | null) => {
      if (error === undefined || error === null) buffers.giveBack(piece);
    });
  };
  socket.write = writeAndGiveBack;
}
