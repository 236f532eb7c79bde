import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createHttpClient, type HttpClient } from '@oci-sync/oci-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAwsHttpHandler, type AwsHttpRequest } from './aws-http-handler.js';

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: Server;
let http: HttpClient;
let received: Received[];
let status: number;
let answer: string;

beforeEach(async () => {
  received = [];
  status = 200;
  answer = 'answer';
  server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ method: request.method, url: request.url, headers: request.headers, body });
      response.writeHead(status, { 'x-amzn-requestid': 'id', location: '/elsewhere', via: ['a', 'b'] });
      response.end(answer);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  http = createHttpClient();
});
afterEach(async () => {
  await http.close();
  server.closeAllConnections();
  server.close();
});

function request(fields: Partial<AwsHttpRequest> = {}): AwsHttpRequest {
  return {
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    path: '/',
    headers: { authorization: 'AWS4-HMAC-SHA256 signature', 'x-amz-target': 'Ecr.Do' },
    body: '{"a":1}',
    ...fields,
  };
}

describe('the handler for the AWS SDK', () => {
  test('sends what was signed, and answers with the bytes', async () => {
    const { response } = await createAwsHttpHandler(http).handle(request());
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ 'x-amzn-requestid': 'id', via: 'a, b' });
    expect(Buffer.from(response.body).toString()).toBe('answer');
    expect(received).toMatchObject([
      {
        method: 'POST',
        url: '/',
        headers: { authorization: 'AWS4-HMAC-SHA256 signature', 'x-amz-target': 'Ecr.Do' },
        body: '{"a":1}',
      },
    ]);
  });

  test('writes queries as signatures require it', async () => {
    await createAwsHttpHandler(http).handle(
      request({ method: 'GET', body: undefined, query: { b: "it's (1)*!", a: ['x', 'y/z'], none: null } }),
    );
    expect(received[0]?.url).toBe('/?b=it%27s%20%281%29%2A%21&a=x&a=y%2Fz&none=');
  });

  test.each([500, 429, 307])('gives a %s to the SDK, once and without following', async (each) => {
    status = each;
    const { response } = await createAwsHttpHandler(http).handle(
      request({ body: new TextEncoder().encode('x') }),
    );
    expect(response.statusCode).toBe(each);
    expect(received).toHaveLength(1);
  });

  test('reads no answer without end', async () => {
    answer = 'x'.repeat(2 * 1024 * 1024);
    await expect(createAwsHttpHandler(http).handle(request())).rejects.toMatchObject({
      code: 'OCI_TOO_LARGE',
    });
  });

  test('stops when the SDK says so', async () => {
    const reason = new Error('enough');
    const abortSignal = AbortSignal.abort(reason);
    await expect(createAwsHttpHandler(http).handle(request(), { abortSignal })).rejects.toBe(reason);
  });
});
