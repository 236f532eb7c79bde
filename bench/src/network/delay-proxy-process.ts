import { connect, createServer, type AddressInfo } from 'node:net';
import { delayLine } from './delay-line.js';
import type { DelayProxySettings } from './delay-proxy.js';

const { upstream, roundTripMs, bytesPerSecond } = JSON.parse(process.argv[2] ?? '') as DelayProxySettings;
const options = { delayMs: roundTripMs / 2, bytesPerSecond };

const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  // Loopback has connected the client already: what it sends waits for the round trip that connecting costs.
  const opensAtMs = performance.now() + roundTripMs;
  const [host = '', port = ''] = upstream.split(':');
  const registry = connect({ host, port: Number(port), noDelay: true, allowHalfOpen: true });
  delayLine(client, registry, opensAtMs, options);
  delayLine(registry, client, opensAtMs, options);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
