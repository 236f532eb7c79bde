import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Run inside a network namespace: listens on port 443 of each address given as an argument and hands every listening
 * socket to the parent process. A socket stays in the namespace it was opened in, whoever accepts from it.
 */
for (const address of process.argv.slice(2)) {
  const server = createServer();
  server.listen(443, address);
  await once(server, 'listening');
  await new Promise<void>((resolve, reject) => {
    process.send?.({ address }, server, {}, (error) => (error === null ? resolve() : reject(error)));
  });
  server.close();
}
process.disconnect();
