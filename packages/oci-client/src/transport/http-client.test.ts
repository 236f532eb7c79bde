import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createNetServer, connect, type AddressInfo, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createServer } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startScriptedServer } from '../../test/scripted-server.js';
import { testTls } from '../../test/tls-fixture.js';
import { OciError } from '../errors/oci-error.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import type { HttpRequestEvent, HttpResponse } from './http-message.js';
import type { HttpClientOptions } from './http-options.js';
import { discardBody, readBody } from './read-body.js';

function client(options: HttpClientOptions = {}): HttpClient {
  const http = createHttpClient({ retry: { baseDelayMs: 5 }, ...options });
  onTestFinished(() => http.close());
  return http;
}

async function text(response: HttpResponse): Promise<string> {
  return (await readBody(response, 1_000_000, 'the body')).toString();
}

async function freePort(): Promise<number> {
  const server = createNetServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('repetition', () => {
  it('repeats what failed in passing, and reports every request', async () => {
    const answers = [503, 500, 200];
    const server = await startScriptedServer((_request, response) => {
      response.writeHead(answers.shift() ?? 200).end('body');
    });
    const events: HttpRequestEvent[] = [];
    const http = client({ onRequest: (event) => events.push(event) });
    const response = await http.request({ method: 'GET', url: new URL('/x?token=s', server.url) });
    expect(response.status).toBe(200);
    expect(await text(response)).toBe('body');
    expect(events.map(({ status, purpose, url }) => [status, purpose, url])).toEqual([
      [503, 'registry', `${server.url.href}x?token=redacted`],
      [500, 'registry', `${server.url.href}x?token=redacted`],
      [200, 'registry', `${server.url.href}x?token=redacted`],
    ]);
    expect(events.at(-1)).toMatchObject({ receivedBytes: 4, sentBytes: 0, host: server.host });
  });

  it('gives the last answer after the last attempt', async () => {
    const server = await startScriptedServer((_request, response) => response.writeHead(502).end());
    const http = client({ retry: { attempts: 3, baseDelayMs: 1 } });
    const response = await http.request({ method: 'GET', url: server.url });
    expect([response.status, server.requests.length]).toEqual([502, 3]);
    discardBody(response);
  });

  it.each([400, 401, 403, 404, 416, 501])('does not repeat a %s', async (status) => {
    const server = await startScriptedServer((_request, response) => response.writeHead(status).end());
    const response = await client().request({ method: 'GET', url: server.url });
    expect([response.status, server.requests.length]).toEqual([status, 1]);
  });

  it('repeats bytes, never a stream', async () => {
    const server = await startScriptedServer((_request, response) => response.writeHead(500).end());
    const http = client({ retry: { attempts: 2, baseDelayMs: 1 } });
    discardBody(await http.request({ method: 'PUT', url: server.url, body: Buffer.from('bytes') }));
    expect(server.requests.map(({ body }) => body.toString())).toEqual(['bytes', 'bytes']);
    const stream = { stream: Readable.from([Buffer.from('once')]), sizeBytes: 4 };
    discardBody(await http.request({ method: 'PUT', url: server.url, body: stream }));
    expect(server.requests).toHaveLength(3);
    expect(server.requests[2]?.headers['content-length']).toBe('4');
  });

  it('repeats after a lost connection', async () => {
    let first = true;
    const server = await startScriptedServer((_request, response, raw) => {
      if (first) raw.socket.destroy();
      else response.end('ok');
      first = false;
    });
    expect(await text(await client().request({ method: 'GET', url: server.url }))).toBe('ok');
  });

  it('keeps everybody waiting for as long as one answer said', async () => {
    let limited = true;
    const times: number[] = [];
    const server = await startScriptedServer((request, response) => {
      times.push(performance.now());
      if (limited && request.url === '/limited') {
        limited = false;
        response.writeHead(429, { 'retry-after': '1' }).end();
      } else response.end();
    });
    const http = client();
    const first = http.request({ method: 'GET', url: new URL('/limited', server.url) });
    await expect.poll(() => times.length).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const second = http.request({ method: 'GET', url: new URL('/other', server.url) });
    const statuses = (await Promise.all([first, second])).map((response) => response.status);
    expect(statuses).toEqual([200, 200]);
    const begin = times[0] ?? 0;
    for (const time of times.slice(1)) expect(time - begin).toBeGreaterThan(950);
  });

  it('does not wait longer than it may', async () => {
    const server = await startScriptedServer((_request, response) =>
      response.writeHead(429, { 'retry-after': '3600' }).end(),
    );
    const http = client({ retry: { attempts: 2, baseDelayMs: 1, maxDelayMs: 20 } });
    const response = await http.request({ method: 'GET', url: server.url });
    expect(response.status).toBe(429);
    expect(server.requests).toHaveLength(4);
  });
});

describe('redirects', () => {
  it('follows them, with credentials for the first origin only', async () => {
    const target = await startScriptedServer((_request, response) => response.end('blob'));
    const server = await startScriptedServer((request, response) => {
      if (request.url === '/a') response.writeHead(307, { location: '/b' }).end('moved');
      else response.writeHead(302, { location: `${target.url.href}c?sig=1%2B` }).end();
    });
    const purposes: string[] = [];
    const http = client({ onRequest: ({ purpose }) => purposes.push(purpose) });
    const response = await http.request({
      method: 'GET',
      url: new URL('/a', server.url),
      authorization: 'Bearer secret',
    });
    expect(await text(response)).toBe('blob');
    expect(response.url.href).toBe(`${target.url.href}c?sig=1%2B`);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer secret',
      'Bearer secret',
    ]);
    expect(target.requests[0]).toMatchObject({ url: '/c?sig=1%2B' });
    expect(target.requests[0]?.headers.authorization).toBeUndefined();
    expect(target.requests[0]?.headers.cookie).toBeUndefined();
    expect(purposes).toEqual(['registry', 'redirect', 'redirect']);
  });

  it('does not give credentials back to the first origin after another', async () => {
    const other = await startScriptedServer((_request, response) =>
      response.writeHead(302, { location: `${server.url.href}back` }).end(),
    );
    const server = await startScriptedServer((request, response) => {
      if (request.url === '/back') response.end();
      else response.writeHead(302, { location: other.url.href }).end();
    });
    await client().request({ method: 'GET', url: server.url, authorization: 'Basic secret' });
    expect(server.requests[1]?.headers.authorization).toBeUndefined();
  });

  it('gives up after ten', async () => {
    const server = await startScriptedServer((_request, response) =>
      response.writeHead(301, { location: '/again' }).end(),
    );
    await expect(client().request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      code: 'OCI_REFUSED_REDIRECT',
    });
    expect(server.requests).toHaveLength(11);
  });

  it('does not follow them for other methods', async () => {
    const server = await startScriptedServer((_request, response) =>
      response.writeHead(307, { location: '/x' }).end(),
    );
    const response = await client().request({ method: 'POST', url: server.url });
    expect([response.status, server.requests.length]).toEqual([307, 1]);
  });

  it('never goes from TLS to plain HTTP', async () => {
    const plain = await startScriptedServer((_request, response) => response.end());
    const server = await startScriptedServer(
      (_request, response) => response.writeHead(302, { location: plain.url.href }).end(),
      { tls: testTls.server },
    );
    await expect(
      client({ ca: [testTls.ca] }).request({ method: 'GET', url: server.url }),
    ).rejects.toMatchObject({
      code: 'OCI_REFUSED_REDIRECT',
    });
    expect(plain.requests).toHaveLength(0);
  });
});

describe('bodies', () => {
  it('fails in the middle with an error that may pass', async () => {
    const server = await startScriptedServer((_request, response, raw) => {
      response.writeHead(200, { 'content-length': '1000000' });
      response.write(Buffer.alloc(1000), () => raw.socket.destroy());
    });
    const response = await client().request({ method: 'GET', url: server.url });
    await expect(text(response)).rejects.toMatchObject({ code: 'OCI_NETWORK', retryable: true });
  });

  it('is no uncaught error when it fails before anybody reads', async () => {
    const server = await startScriptedServer((_request, response, raw) => {
      response.writeHead(200, { 'content-length': '10' }).flushHeaders();
      setTimeout(() => raw.socket.destroy(), 20);
    });
    const response = await client().request({ method: 'GET', url: server.url });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(text(response)).rejects.toMatchObject({ code: 'OCI_NETWORK' });
  });

  it('fails when it stalls, but not while nobody reads', async () => {
    const server = await startScriptedServer((request, response) => {
      response.writeHead(200, { 'content-length': request.url === '/stall' ? '10' : '6000000' });
      if (request.url === '/stall') response.write('12345');
      else response.end(Buffer.alloc(6_000_000));
    });
    const http = client({ timeouts: { bodyMs: 200 } });
    const stalled = await http.request({ method: 'GET', url: new URL('/stall', server.url) });
    await expect(text(stalled)).rejects.toMatchObject({ code: 'OCI_TIMEOUT', retryable: true });
    const slow = await http.request({ method: 'GET', url: new URL('/slow', server.url) });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect((await readBody(slow, 10_000_000, 'it')).length).toBe(6_000_000);
  });

  it('is bounded', async () => {
    const server = await startScriptedServer((_request, response) => response.end(Buffer.alloc(1001)));
    const response = await client().request({ method: 'GET', url: server.url });
    await expect(readBody(response, 1000, 'the page')).rejects.toMatchObject({ code: 'OCI_TOO_LARGE' });
  });

  it('holds back the sender while nobody reads', async () => {
    let written = 0;
    const server = await startScriptedServer((_request, response) => {
      response.writeHead(200, { 'content-length': String(200_000_000) });
      const piece = Buffer.alloc(1_000_000);
      const write = (): void => {
        while (written < 200_000_000) {
          written += piece.length;
          if (!response.write(piece)) {
            response.once('drain', write);
            return;
          }
        }
      };
      write();
    });
    const response = await client().request({ method: 'GET', url: server.url });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(written).toBeLessThan(40_000_000);
    response.body.destroy();
    await expect.poll(() => server.openConnections()).toBe(0);
  });

  it.each([
    ['plain HTTP', undefined],
    ['TLS', testTls.server],
  ])('arrives whole over %s, whatever the reader stops for', async (_name, tls) => {
    const content = randomBytes(12_000_000);
    const server = await startScriptedServer(
      (_request, response) => {
        // Pieces of all sizes, some in one packet, some apart.
        for (let start = 0, size = 1; start < content.length; start += size, size = (size * 7) % 300_007) {
          response.write(content.subarray(start, start + size));
        }
        response.end();
      },
      { tls },
    );
    const response = await client({ ca: [testTls.ca] }).request({ method: 'GET', url: server.url });
    await expect.poll(() => response.body.readableLength).toBeGreaterThan(200_000);
    const hash = createHash('sha256');
    let pieces = 0;
    for await (const piece of response.body as AsyncIterable<Buffer>) {
      hash.update(piece);
      pieces += 1;
      if (pieces % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(hash.digest('hex')).toBe(createHash('sha256').update(content).digest('hex'));
  });

  it('uses one connection again after it was read, discarded, or was empty', async () => {
    const server = await startScriptedServer((request, response) => {
      response.writeHead(request.url === '/204' ? 204 : 200);
      response.end(request.method === 'HEAD' || request.url === '/204' ? undefined : 'some body');
    });
    const http = client();
    const get = (path: string) => http.request({ method: 'GET', url: new URL(path, server.url) });
    await text(await get('/'));
    const discarded = await get('/');
    discardBody(discarded);
    await once(discarded.body, 'end');
    discardBody(await http.request({ method: 'HEAD', url: server.url }));
    discardBody(await get('/204'));
    await text(await get('/'));
    expect(server.connections()).toBe(1);
  });

  it('gives a long unwanted body up', async () => {
    const server = await startScriptedServer((_request, response) => response.end(Buffer.alloc(50_000_000)));
    const response = await client().request({ method: 'GET', url: server.url });
    discardBody(response);
    await once(response.body, 'close');
    await expect.poll(() => server.openConnections()).toBe(0);
  });
});

describe('uploads', () => {
  it('fails with the error the content failed with', async () => {
    const server = await startScriptedServer((_request, response) => response.end());
    const wrong = new OciError('the content is wrong', { code: 'OCI_DIGEST_MISMATCH' });
    const stream = Readable.from(
      (function* () {
        yield Buffer.alloc(10);
        throw wrong;
      })(),
    );
    const sending = client().request({ method: 'PUT', url: server.url, body: { stream, sizeBytes: 20 } });
    await expect(sending).rejects.toBe(wrong);
    expect(server.requests).toHaveLength(0);
  });

  it.each([
    ['short', 5],
    ['long', 30],
  ])('fails when the content is too %s', async (_name, size) => {
    const server = await startScriptedServer((_request, response) => response.end());
    const stream = Readable.from([Buffer.alloc(size)]);
    await expect(
      client().request({ method: 'PUT', url: server.url, body: { stream, sizeBytes: 20 } }),
    ).rejects.toMatchObject({ code: 'OCI_SIZE_MISMATCH' });
  });

  it('takes an answer that comes before the content is sent', async () => {
    const server = await startScriptedServer(
      (_request, response) => response.writeHead(413).end('too large'),
      {
        early: true,
      },
    );
    const stream = Readable.from(
      (function* () {
        for (let piece = 0; piece < 100; piece += 1) yield Buffer.alloc(1_000_000);
      })(),
    );
    const response = await client().request({
      method: 'PUT',
      url: server.url,
      body: { stream, sizeBytes: 100_000_000 },
    });
    expect([response.status, await text(response)]).toEqual([413, 'too large']);
  });

  it('waits longer for the answer to an upload than to others', async () => {
    const server = await startScriptedServer((_request, response) =>
      setTimeout(() => response.end('ok'), 1500),
    );
    const http = client({ timeouts: { headersMs: 300 }, retry: { attempts: 1 } });
    await expect(http.request({ method: 'GET', url: server.url })).rejects.toMatchObject({
      code: 'OCI_TIMEOUT',
    });
    const body = { stream: Readable.from([Buffer.from('x')]), sizeBytes: 1 };
    expect((await http.request({ method: 'PUT', url: server.url, body })).status).toBe(200);
  });
});

describe('cancellation', () => {
  it('rejects with the reason itself, wherever the request is', async () => {
    const server = await startScriptedServer((request, response) => {
      if (request.url === '/body') response.writeHead(200, { 'content-length': '10' }).write('1');
    });
    const http = client({ maxRequestsPerHost: 1 });
    const reason = { why: 'enough' };
    const attempt = async (path: string): Promise<unknown> => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), 50);
      try {
        const url = new URL(path, server.url);
        const response = await http.request({ method: 'GET', url, signal: controller.signal });
        await text(response);
        return 'done';
      } catch (error) {
        return error;
      }
    };
    const results = await Promise.all([attempt('/headers'), attempt('/queued')]);
    expect(results).toEqual([reason, reason]);
    const inBody = await attempt('/body');
    expect(inBody).toSatisfy((error: unknown) => error === reason || (error as Error).cause === reason);
    await expect(
      http.request({ method: 'GET', url: server.url, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    await expect.poll(() => server.openConnections()).toBe(0);
  });

  it('keeps an Error as the reason of a cancelled body', async () => {
    const server = await startScriptedServer((_request, response) =>
      response.writeHead(200, { 'content-length': '10' }).write('1'),
    );
    const controller = new AbortController();
    const reason = new Error('enough');
    const response = await client().request({ method: 'GET', url: server.url, signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(text(response)).rejects.toBe(reason);
  });
});

describe('connections', () => {
  it('says what is wrong when nothing listens', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const started = performance.now();
    await expect(client().request({ method: 'GET', url: new URL(`http://${host}/`) })).rejects.toMatchObject({
      code: 'OCI_NETWORK',
      message: `connection refused by ${host}`,
    });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('says what is wrong when the host is unknown', async () => {
    const url = new URL('https://no-such-host.invalid/');
    const http = client({ retry: { attempts: 1 } });
    await expect(http.request({ method: 'GET', url })).rejects.toMatchObject({ code: 'OCI_NETWORK' });
  });

  it('finds out once whether a loopback host speaks TLS, and uses the connection', async () => {
    const plain = await startScriptedServer((_request, response) => response.end('plain'));
    const secure = await startScriptedServer((_request, response) => response.end('secure'), {
      tls: testTls.server,
    });
    const http = client({ ca: [testTls.ca] });
    const [first, second] = await Promise.all([http.baseUrl(plain.host), http.baseUrl(plain.host)]);
    expect([first.protocol, second.protocol]).toEqual(['http:', 'http:']);
    const base = await http.baseUrl(secure.host);
    expect(base.protocol).toBe('https:');
    expect(await text(await http.request({ method: 'GET', url: base }))).toBe('secure');
    expect(secure.connections()).toBe(1);
  });

  it('keeps TLS for a loopback host whose certificate is not trusted', async () => {
    const secure = await startScriptedServer((_request, response) => response.end(), { tls: testTls.server });
    const http = client();
    const base = await http.baseUrl(secure.host);
    expect(base.protocol).toBe('https:');
    await expect(http.request({ method: 'GET', url: base })).rejects.toMatchObject({
      code: 'OCI_TLS',
      hint: expect.stringContaining('--ca-file') as string,
    });
  });

  it('speaks plain HTTP to hosts named so, TLS to all others', async () => {
    const http = client({ plainHttpHosts: ['registry.example.com:5000'] });
    expect((await http.baseUrl('registry.example.com:5000')).href).toBe('http://registry.example.com:5000/');
    expect((await http.baseUrl('registry.example.com')).href).toBe('https://registry.example.com/');
    await expect(http.baseUrl('host/path')).rejects.toMatchObject({ code: 'OCI_INVALID_REFERENCE' });
  });

  it('shows a client certificate to its host only', async () => {
    const tls = { ...testTls.server, ca: testTls.ca, requestCert: true, rejectUnauthorized: false };
    const script = (
      _request: unknown,
      response: { end: (text: string) => void },
      raw: { socket: unknown },
    ): void => response.end(String((raw.socket as { authorized: boolean }).authorized));
    const known = await startScriptedServer(script, { tls });
    const other = await startScriptedServer(script, { tls });
    const http = client({ ca: [testTls.ca], tlsByHost: new Map([[known.host, testTls.client]]) });
    expect(await text(await http.request({ method: 'GET', url: known.url }))).toBe('true');
    expect(await text(await http.request({ method: 'GET', url: other.url }))).toBe('false');
  });

  it('opens connections ahead and uses them', async () => {
    const server = await startScriptedServer((_request, response) => setTimeout(() => response.end(), 50));
    const http = client();
    http.preconnect(server.url, 3);
    await expect.poll(() => server.connections()).toBe(3);
    await Promise.all(
      [1, 2, 3].map(async () => text(await http.request({ method: 'GET', url: server.url }))),
    );
    expect(server.connections()).toBe(3);
  });

  it('does not use a connection the server closed meanwhile', async () => {
    const server = await startScriptedServer((_request, response) => response.end('ok'));
    const http = client({ retry: { attempts: 1 } });
    http.preconnect(server.url, 1);
    await expect.poll(() => server.connections()).toBe(1);
    server.dropConnections();
    await expect.poll(() => server.openConnections()).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await text(await http.request({ method: 'GET', url: server.url }))).toBe('ok');
  });

  it('bounds what is in flight', async () => {
    let running = 0;
    let most = 0;
    const server = await startScriptedServer((_request, response) => {
      running += 1;
      most = Math.max(most, running);
      setTimeout(() => {
        running -= 1;
        response.end();
      }, 20);
    });
    const http = client({ maxRequestsPerHost: 3 });
    await Promise.all(
      Array.from({ length: 12 }, async () => text(await http.request({ method: 'GET', url: server.url }))),
    );
    expect(most).toBe(3);
  });

  it('closes everything at once', async () => {
    const server = await startScriptedServer((request, response) => {
      if (request.url !== '/never') response.end();
    });
    const http = createHttpClient();
    http.preconnect(server.url, 2);
    await text(await http.request({ method: 'GET', url: server.url }));
    const hanging = http.request({ method: 'GET', url: new URL('/never', server.url), retry: false });
    const failure = hanging.catch((error: unknown) => error);
    await expect.poll(() => server.requests.length).toBe(2);
    await http.close();
    expect(await failure).toMatchObject({ code: 'OCI_NETWORK' });
    await expect.poll(() => server.openConnections()).toBe(0);
  });
});

describe('proxies', () => {
  /** A proxy that sends every tunnel to one server, whatever host is asked for. */
  async function startProxy(target: string): Promise<{ url: string; seen: string[] }> {
    const seen: string[] = [];
    const server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      response.end('through the proxy');
    });
    server.on('connect', (request, socket: Socket) => {
      seen.push(`CONNECT ${request.url} ${request.headers['proxy-authorization'] ?? ''}`);
      if (request.headers['proxy-authorization'] === undefined) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      const [host = '', port = ''] = target.split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
  }

  it('tunnels TLS, checks the certificate for the host, and sends the password to the proxy only', async () => {
    const server = await startScriptedServer((_request, response) => response.end('inside'), {
      tls: testTls.server,
    });
    const proxy = await startProxy(server.host);
    const httpsProxy = `http://user:pass@${proxy.url}`;
    const http = client({ ca: [testTls.ca], proxy: { httpsProxy }, retry: { attempts: 1 } });
    // No host of a test certificate is reached through a proxy but by its name in the certificate.
    await expect(
      http.request({ method: 'GET', url: new URL('https://registry.example/') }),
    ).rejects.toMatchObject({
      code: 'OCI_TLS',
    });
    expect(proxy.seen[0]).toBe(`CONNECT registry.example:443 Basic ${btoa('user:pass')}`);
    expect(server.requests).toHaveLength(0);
  });

  it('asks the proxy itself for plain HTTP', async () => {
    const proxy = await startProxy('127.0.0.1:1');
    const http = client({ proxy: { httpProxy: `http://user:pass@${proxy.url}` } });
    const response = await http.request({ method: 'GET', url: new URL('http://registry.example/v2/') });
    expect(await text(response)).toBe('through the proxy');
    expect(proxy.seen).toEqual([`GET http://registry.example/v2/ Basic ${btoa('user:pass')}`]);
  });

  it('says when the proxy refuses', async () => {
    const proxy = await startProxy('127.0.0.1:1');
    const http = client({ proxy: { httpsProxy: `http://${proxy.url}` }, retry: { attempts: 1 } });
    await expect(
      http.request({ method: 'GET', url: new URL('https://registry.example/') }),
    ).rejects.toMatchObject({
      code: 'OCI_NETWORK',
    });
  });
});
