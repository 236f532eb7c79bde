import { inspect } from 'node:util';
import {
  buildArtifact,
  buildImage,
  corruptedBody,
  dropConnection,
  dropDownloadAfter,
  dropUploadAfter,
  failWith,
  locationAt,
  locationState,
  pushImage,
  redirectLoop,
  redirectTo,
  serviceUnavailable,
  startTestRegistry,
  type Fault,
  type FaultRule,
} from '@oci-sync/registry/testing';
import { expect, it } from 'vitest';
import { startCopyFixture } from './copy-fixture.js';

const password = 'pl4nted-passw0rd';
const signature = 'pl4nted-sign4ture';
const state = 'pl4nted-st4te';

/** Everything an object says when it is printed as fully as can be, and as JSON. */
function everythingSaid(values: readonly unknown[]): string {
  const seen = { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null } as const;
  return values.map((value) => `${inspect(value, seen)} ${JSON.stringify(value)}`).join('\n');
}

interface Mishap {
  readonly name: string;
  readonly at: 'source' | 'destination';
  readonly fault: Fault;
  readonly rule: FaultRule;
}

const presigned = `http://127.0.0.1:1/blob?X-Amz-Signature=${signature}&X-Amz-Credential=AKIA`;

const mishaps: readonly Mishap[] = [
  { name: 'none', at: 'source', fault: async (request, next) => next(request), rule: {} },
  { name: 'a damaged blob', at: 'source', fault: corruptedBody(), rule: { method: 'GET', route: 'blob' } },
  {
    name: 'a presigned address that does not answer',
    at: 'source',
    fault: redirectTo(presigned),
    rule: { method: 'GET', route: 'blob' },
  },
  {
    name: 'redirects without end',
    at: 'source',
    fault: redirectLoop(),
    rule: { method: 'GET', route: 'blob' },
  },
  {
    name: 'downloads that drop',
    at: 'source',
    fault: dropDownloadAfter(100),
    rule: { method: 'GET', route: 'blob' },
  },
  {
    name: 'tokens refused',
    at: 'source',
    fault: failWith({ status: 401, code: 'UNAUTHORIZED' }),
    rule: { route: 'token' },
  },
  {
    name: 'pulls denied',
    at: 'source',
    fault: failWith({ status: 403, code: 'DENIED', message: 'no' }),
    rule: { route: 'manifest' },
  },
  { name: 'uploads that drop', at: 'destination', fault: dropUploadAfter(100), rule: { route: 'upload' } },
  {
    name: 'uploads refused',
    at: 'destination',
    fault: failWith({ status: 400, code: 'BLOB_UPLOAD_INVALID' }),
    rule: { route: 'upload' },
  },
  {
    name: 'uploads led elsewhere',
    at: 'destination',
    fault: locationAt(`http://127.0.0.1:1`),
    rule: { route: 'uploads' },
  },
  { name: 'no answer', at: 'destination', fault: dropConnection(), rule: { route: 'uploads' } },
  {
    name: 'unavailable',
    at: 'destination',
    fault: serviceUnavailable(),
    rule: { route: 'manifest', method: 'PUT' },
  },
  {
    name: 'manifests refused',
    at: 'destination',
    fault: failWith({ status: 405, code: 'UNSUPPORTED' }),
    rule: { route: 'manifest', method: 'PUT' },
  },
];

it.each(mishaps)('no secret is told, whatever happens: $name', async ({ at, fault, rule }) => {
  const auth = { kind: 'bearer', users: { mirror: password } } as const;
  const destination = await startTestRegistry({ auth });
  const tokens = new Set<string>();
  const noteTokens: Fault = async (request, next) => {
    const { authorization } = request.headers;
    if (authorization !== undefined) tokens.add(authorization.replace(/^\S+ /, ''));
    return next(request);
  };
  const told: unknown[] = [];
  const fixture = await startCopyFixture(
    {
      maxAttempts: 2,
      http: { retry: { attempts: 2, baseDelayMs: 1 } },
      credentials: [
        {
          name: 'test',
          getCredential: async () => Promise.resolve({ kind: 'basic', username: 'mirror', password }),
        },
      ],
      onEvent: (event) => told.push(event),
      onRequest: (event) => told.push(event),
      onCredentialRefused: (event) => told.push(event),
      onRateLimit: (event) => told.push(event),
    },
    { destination },
  );
  destination.faults.inject(noteTokens);
  destination.faults.inject(locationState(state), { route: ['uploads', 'upload'] });
  fixture[at].faults.inject(fault, rule);
  const image = buildImage({ layers: [{ seed: 'layer', sizeBytes: 20_000 }] });
  await pushImage(fixture.source, 'app:v1', image);
  await pushImage(fixture.source, 'app', buildArtifact({ subject: image.descriptor }));
  const request = { source: fixture.from('app:v1'), destination: fixture.to('app:v1'), referrers: true };
  told.push(await fixture.copier.planAll([request]), await fixture.copier.copyAll([request]));
  const outcome = await fixture.copier.copy(request).catch((error: unknown) => error);
  for (let error = outcome; error instanceof Error; error = error.cause) told.push(error.stack, error);
  told.push(outcome, await fixture.copier.verify(request).catch((error: unknown) => error));

  const text = everythingSaid(told);
  const basic = Buffer.from(`mirror:${password}`).toString('base64');
  for (const secret of [password, signature, state, basic, ...tokens]) expect(text).not.toContain(secret);
  // The run did say something, and credentials were in use.
  expect(text).toContain(fixture.from('app:v1'));
  expect(tokens.size).toBeGreaterThan(0);
});
