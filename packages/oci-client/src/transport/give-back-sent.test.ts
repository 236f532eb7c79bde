import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { giveBackSent } from './give-back-sent.js';
import { ReadBuffers } from './read-buffers.js';

/** A connection whose other end reads everything. */
async function openConnection(): Promise<Socket> {
  const server = createServer((peer) => peer.on('error', () => {}).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  await once(socket, 'connect');
  return socket;
}

/** Whether a piece of a buffer that is sent comes back to the buffers. */
async function comesBack(socket: Socket, isOn: boolean): Promise<boolean> {
  const buffers = new ReadBuffers();
  giveBackSent(socket, buffers, () => isOn);
  const slab = buffers.take(true);
  slab.lentBytes = slab.bytes.length;
  buffers.retire(slab);
  socket.write(slab.bytes);
  if (socket.destroyed) await new Promise(setImmediate);
  else await new Promise((resolve) => socket.write('end', resolve));
  return buffers.take(true) === slab;
}

it('gives back what has been sent, while it is on', async () => {
  expect(await comesBack(await openConnection(), true)).toBe(true);
});

it('leaves what is sent alone while it is off', async () => {
  expect(await comesBack(await openConnection(), false)).toBe(false);
});

it('never gives back what could not be sent', async () => {
  const socket = await openConnection();
  socket.destroy();
  expect(await comesBack(socket, true)).toBe(false);
});
