import {
  buildArtifact,
  buildImage,
  buildIndex,
  buildMultiArchImage,
  pushImage,
  startEcr,
  testBlob,
  testManifest,
  type EcrBehaviours,
  type EcrOptions,
  type RunningEcr,
  type TestImage,
} from '@oci-sync/registry/testing';
import { describe, expect, it } from 'vitest';
import { basic, completing, digestOf, openUpload, send, type PlainRequest } from './plain-client.js';

const mebibyte = 1024 * 1024;
const acceptAll = '*/*';

interface Session {
  readonly ecr: RunningEcr;
  readonly headers: { readonly authorization: string };
  ask(method: string, path: string, options?: PlainRequest): ReturnType<typeof send>;
  open(repository: string): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function start(behaviours: Partial<EcrBehaviours> = {}, options: EcrOptions = {}): Promise<Session> {
  const ecr = await startEcr({ ...options, behaviours });
  await ecr.content.createRepository('app');
  const headers = { authorization: basic('AWS', ecr.issueCredentials().password) };
  return {
    ecr,
    headers,
    ask: (method, path, request = {}) =>
      send(method, new URL(path, ecr.url).href, {
        ...request,
        headers: { accept: acceptAll, ...headers, ...request.headers },
      }),
    open: (repository) => openUpload(ecr.url, repository, headers),
    [Symbol.asyncDispose]: () => ecr.close(),
  };
}

async function pushBlobs({ ecr }: Session, image: TestImage): Promise<void> {
  for (const { bytes } of image.blobs) if (bytes) await ecr.content.putBlob('app', bytes);
}

function putManifest(session: Session, reference: string, image: Pick<TestImage, 'bytes' | 'mediaType'>) {
  return session.ask('PUT', `/v2/app/manifests/${reference}`, {
    body: image.bytes,
    headers: { 'content-type': image.mediaType },
  });
}

describe('missing repositories', () => {
  it('are refused by name', async () => {
    await using session = await start();
    const image = buildImage();
    for (const [method, path] of [
      ['POST', '/v2/none/blobs/uploads/'],
      ['GET', '/v2/none/manifests/v1'],
      ['GET', '/v2/none/tags/list'],
      ['GET', `/v2/none/blobs/${image.digest}`],
      ['PUT', '/v2/none/manifests/v1'],
    ] as const) {
      const answer = await session.ask(method, path);
      expect([path, answer.status, answer.errorCode()]).toEqual([path, 404, 'NAME_UNKNOWN']);
      expect(answer.errorMessage()).toBe(
        "The repository with name 'none' does not exist in the registry with id '123456789012'",
      );
    }
    expect(session.ecr.content.hasRepository('none')).toBe(false);
  });

  it('close the connection, or appear, or appear below a prefix', async () => {
    await using closing = await start({ missingRepository: 'close' });
    await expect(closing.open('none')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await using creating = await start({ missingRepository: 'create' });
    expect(await creating.open('none')).toContain('/v2/none/blobs/uploads/');
    await using prefixed = await start({ missingRepository: ['mirror'] });
    expect(await prefixed.open('mirror/none')).toContain('/v2/mirror/none/');
    await expect(prefixed.open('mirrored/none')).rejects.toThrow('404');
  });
});

describe('uploads', () => {
  const layer = Buffer.alloc(6 * mebibyte, 'layer');

  it('work by POST and PUT, with absolute locations', async () => {
    await using session = await start();
    const opened = await session.ask('POST', '/v2/app/blobs/uploads/');
    expect(opened.headers.location).toMatch(new RegExp(`^${session.ecr.url}/v2/app/blobs/uploads/[^?]+$`));
    const put = await session.ask('PUT', completing(opened.headers.location ?? '', digestOf(layer)), {
      body: layer,
    });
    expect([put.status, put.headers.location]).toEqual([
      201,
      `${session.ecr.url}/v2/app/blobs/${digestOf(layer)}`,
    ]);
    expect((await session.ask('HEAD', `/v2/app/blobs/${digestOf(layer)}`)).status).toBe(200);
    expect((await session.ask('HEAD', `/v2/app/blobs/${digestOf('x')}`)).status).toBe(404);
  });

  it('answer 201 to a PATCH and a Range that stops at 10 MiB', async () => {
    await using session = await start();
    const location = await session.open('app');
    const ranges: unknown[] = [];
    for (let part = 0; part < 3; part += 1) {
      const first = part * layer.length;
      const patch = await session.ask('PATCH', location, {
        body: layer,
        headers: { 'content-range': `${first}-${first + layer.length - 1}` },
      });
      ranges.push([patch.status, patch.headers.range]);
    }
    expect(ranges).toEqual([
      [201, '0-6291455'],
      [201, '0-10485759'],
      [201, '0-10485759'],
    ]);
    const whole = Buffer.concat([layer, layer, layer]);
    expect((await session.ask('PUT', completing(location, digestOf(whole)))).status).toBe(201);
  });

  it('refuse at the end when a part but the last was smaller than 5 MiB', async () => {
    await using session = await start();
    const small = Buffer.from('small');
    const location = await session.open('app');
    await session.ask('PATCH', location, { body: small });
    const put = await session.ask('PUT', completing(location, digestOf('smallsmall')), {
      body: small,
      headers: { 'content-range': '5-9' },
    });
    expect([put.status, put.errorCode()]).toEqual([400, 'BLOB_UPLOAD_INVALID']);
    expect(put.errorMessage()).toContain('None of the provided layer digests match');

    const single = await session.open('app');
    expect((await session.ask('PATCH', single, { body: small })).status).toBe(201);
    expect((await session.ask('PUT', completing(single, digestOf(small)))).status).toBe(201);
  });

  it('keep the bytes of a broken PUT and refuse another one on the same session', async () => {
    await using session = await start();
    const location = completing(await session.open('app'), digestOf(layer));
    await expect(session.ask('PUT', location, { body: layer, abortAfterBytes: mebibyte })).rejects.toThrow(
      'socket hang up',
    );
    await expect
      .poll(async () => {
        const again = await session.ask('PUT', location, { body: layer });
        return [again.status, again.errorCode(), again.errorMessage()];
      })
      .toEqual([416, 'BLOB_UPLOAD_INVALID', `First byte of the layer part is 0 instead of ${mebibyte}`]);
  });

  it('refuse a wrong digest, an empty blob, a status request, and a single POST', async () => {
    await using session = await start();
    const wrong = await session.ask('PUT', completing(await session.open('app'), digestOf('x')), {
      body: layer,
    });
    expect([wrong.status, wrong.errorCode()]).toEqual([400, 'BLOB_UPLOAD_INVALID']);
    const empty = await session.ask('PUT', completing(await session.open('app'), digestOf('')));
    expect(empty.status).toBe(500);
    expect((await session.ask('GET', await session.open('app'))).status).toBe(404);
    const single = await session.ask('POST', `/v2/app/blobs/uploads/?digest=${digestOf('x')}`, { body: 'x' });
    expect(single.status).toBe(202);
    expect(session.ecr.content.blobs('app')).toEqual([]);
  });

  it('follow the specification where every switch says so', async () => {
    await using session = await start({
      patchCreated: false,
      minimumParts: false,
      noUploadStatus: false,
      refuseEmptyBlobs: false,
      noSinglePost: false,
      absoluteLocations: false,
    });
    const opened = await session.ask('POST', '/v2/app/blobs/uploads/');
    expect(opened.headers.location).toMatch(/^\/v2\/app\//);
    const location = new URL(opened.headers.location ?? '', session.ecr.url).href;
    expect((await session.ask('PATCH', location, { body: 'a' })).status).toBe(202);
    expect((await session.ask('GET', location)).status).toBe(204);
    const last = { body: 'b', headers: { 'content-range': '1-1' } };
    expect((await session.ask('PUT', completing(location, digestOf('ab')), last)).status).toBe(201);
    const single = await session.ask('POST', `/v2/app/blobs/uploads/?digest=${digestOf('x')}`, { body: 'x' });
    expect(single.status).toBe(201);
    const empty = await session.ask('PUT', completing(await session.open('app'), digestOf('')));
    expect(empty.status).toBe(201);
  });
});

describe('mounts', () => {
  const image = buildImage();
  const layer = image.blobs[1]?.descriptor.digest ?? '';
  const mount = async (session: Session, from: string): Promise<number> =>
    (await session.ask('POST', `/v2/app/blobs/uploads/?mount=${layer}${from}`)).status;

  it('need the account setting, a manifest, and a source', async () => {
    await using off = await start();
    await pushImage(off.ecr, 'base:v1', image);
    expect(await mount(off, '&from=base')).toBe(202);

    await using on = await start({}, { blobMounting: 'ENABLED' });
    for (const { bytes } of image.blobs) if (bytes) await on.ecr.content.putBlob('base', bytes);
    expect(await mount(on, '&from=base')).toBe(202);
    await pushImage(on.ecr, 'base:v1', image);
    expect(await mount(on, '')).toBe(202);
    expect(await mount(on, '&from=base')).toBe(201);
    expect((await on.ask('HEAD', `/v2/app/blobs/${layer}`)).status).toBe(200);
  });

  it('need one encryption and the right to read the source', async () => {
    await using session = await start({}, { blobMounting: 'ENABLED' });
    await pushImage(session.ecr, 'base:v1', image);
    const { account } = session.ecr;
    account.repository('base').encryptionConfiguration = { encryptionType: 'KMS', kmsKey: 'a' };
    expect(await mount(session, '&from=base')).toBe(202);
    account.repository('app').encryptionConfiguration = { encryptionType: 'KMS', kmsKey: 'a' };
    account.denied.add('ecr:GetDownloadUrlForLayer');
    expect(await mount(session, '&from=base')).toBe(202);
    account.denied.clear();
    expect(await mount(session, '&from=base')).toBe(201);
  });
});

describe('blobs', () => {
  it('come from another origin that wants no credentials and forgets', async () => {
    let nowMs = Date.now();
    await using session = await start({}, { now: () => nowMs });
    const image = buildImage();
    await pushImage(session.ecr, 'app:v1', image);
    const [, layer] = image.blobs;
    const digest = layer?.descriptor.digest ?? '';
    const redirect = await session.ask('GET', `/v2/app/blobs/${digest}`);
    const target = redirect.headers.location ?? '';
    expect([redirect.status, new URL(target).origin]).toEqual([307, session.ecr.layerOrigin.url]);
    expect(session.ecr.layerOrigin.url).not.toBe(session.ecr.url);

    expect((await send('GET', target)).body.equals(layer?.bytes ?? Buffer.alloc(0))).toBe(true);
    const range = await send('GET', target, { headers: { range: 'bytes=10-19' } });
    expect([range.status, range.body.toString('hex')]).toEqual([
      206,
      layer?.bytes?.subarray(10, 20).toString('hex'),
    ]);
    const authorized = await send('GET', target, { headers: session.headers });
    expect([authorized.status, authorized.body.toString()]).toEqual([
      400,
      expect.stringContaining('Only one auth mechanism allowed'),
    ]);
    expect((await send('HEAD', target)).status).toBe(403);
    expect((await send('GET', target.replace(digest, digestOf('x')))).status).toBe(403);
    nowMs += 3_600_000;
    expect((await send('GET', target)).status).toBe(403);
  });

  it('cannot be read before a manifest names them, and may be reaped', async () => {
    await using session = await start();
    const image = buildImage();
    await pushBlobs(session, image);
    const path = `/v2/app/blobs/${image.blobs[1]?.descriptor.digest ?? ''}`;
    expect((await session.ask('HEAD', path)).status).toBe(200);
    expect((await session.ask('GET', path)).status).toBe(404);
    const digests = image.blobs.map(({ descriptor }) => descriptor.digest);
    expect(await session.ecr.reapLayers('app')).toEqual(digests);
    expect((await session.ask('HEAD', path)).status).toBe(404);
    await pushImage(session.ecr, 'app:v1', image);
    expect(await session.ecr.reapLayers('app')).toEqual([]);
  });
});

describe('manifests', () => {
  it('are put without a Location, and got without a digest', async () => {
    await using session = await start();
    const image = buildImage();
    await pushBlobs(session, image);
    const put = await putManifest(session, 'v1', image);
    expect([put.status, put.headers.location]).toEqual([201, undefined]);
    const head = await session.ask('HEAD', '/v2/app/manifests/v1');
    const got = await session.ask('GET', '/v2/app/manifests/v1');
    expect(head.headers['docker-content-digest']).toBe(image.digest);
    expect(got.headers['docker-content-digest']).toBeUndefined();
    expect(got.body.equals(image.bytes)).toBe(true);
  });

  it('have to be accepted in their own type', async () => {
    await using session = await start();
    const image = buildImage({ docker: true });
    await pushImage(session.ecr, 'app:v1', image);
    const ask = async (accept: string): Promise<number> =>
      (await session.ask('GET', '/v2/app/manifests/v1', { headers: { accept } })).status;
    expect(await ask('application/vnd.oci.image.manifest.v1+json')).toBe(400);
    expect(await ask(`application/vnd.oci.image.index.v1+json, ${image.mediaType};q=0.5`)).toBe(200);
  });

  it("need their layers and children, in ECR's words", async () => {
    await using session = await start();
    const image = buildImage();
    const layers = await putManifest(session, 'v1', image);
    expect([layers.status, layers.errorCode()]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect(layers.errorMessage()).toMatch(/^Layers with digests '\[sha256:.+\]' required for pushing image/);
    const children = await putManifest(session, 'v1', buildIndex({ children: [image] }));
    expect([children.status, children.errorCode()]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
    expect(children.errorMessage()).toContain(`Images with digests '[${image.digest}]' required`);
  });

  it('are refused for parameters in types, no type, or an index of layers', async () => {
    await using session = await start();
    const parameters = buildArtifact({ artifactType: 'application/x; charset=utf-8' });
    const layer = testBlob(Buffer.from('cache'), 'application/vnd.buildkit.cacheconfig.v0');
    const manifest = { mediaType: 'application/vnd.oci.image.index.v1+json' };
    const cache = testManifest({ schemaVersion: 2, ...manifest, manifests: [layer.descriptor] }, manifest);
    for (const image of [parameters, cache]) {
      const answer = await putManifest(session, 'v1', image);
      expect([answer.status, answer.errorCode()]).toEqual([405, 'UNSUPPORTED']);
      expect(answer.errorMessage()).toContain('Invalid JSON syntax');
    }
    const untyped = await session.ask('PUT', '/v2/app/manifests/v1', { body: '{"schemaVersion":2}' });
    expect(untyped.status).toBe(405);
  });

  it('are put ten times a second', async () => {
    let nowMs = 0;
    await using session = await start({}, { now: () => nowMs });
    const image = buildImage();
    await pushBlobs(session, image);
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) {
      statuses.push((await putManifest(session, `t${index}`, image)).status);
    }
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429, 429]);
    nowMs += 100;
    const [next, after] = [await putManifest(session, 'a', image), await putManifest(session, 'b', image)];
    expect([next.status, after.status, after.errorCode()]).toEqual([201, 429, 'TOOMANYREQUESTS']);
  });

  it('stay where they are when tags are immutable, the same digest included', async () => {
    await using session = await start();
    const settings = session.ecr.account.repository('app');
    const image = buildImage();
    await pushImage(session.ecr, 'app:v1', image);
    await pushImage(session.ecr, 'app:dev-1', image);
    const put = async (tag: string): Promise<unknown> => {
      const answer = await putManifest(session, tag, image);
      return answer.status === 201 ? 201 : [answer.status, answer.errorCode(), answer.errorMessage()];
    };
    const refusal = (blamed: string) => [
      400,
      'TAG_INVALID',
      `The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the ${blamed} is immutable.`,
    ];
    expect(await put('v1')).toBe(201);
    settings.imageTagMutability = 'IMMUTABLE';
    expect(await put('v1')).toEqual(refusal('repository'));
    expect(await put('v2')).toBe(201);
    settings.imageTagMutability = 'IMMUTABLE_WITH_EXCLUSION';
    settings.imageTagMutabilityExclusionFilters = [{ filterType: 'WILDCARD', filter: 'dev-*' }];
    expect(await put('dev-1')).toBe(201);
    expect(await put('v1')).toEqual(refusal('tag'));
  });

  it('are denied action by action', async () => {
    await using session = await start({}, { denied: ['ecr:PutImage'] });
    const image = buildImage();
    await pushBlobs(session, image);
    const denied = await putManifest(session, 'v1', image);
    expect([denied.status, denied.errorCode()]).toEqual([403, 'DENIED']);
    expect(denied.errorMessage()).toContain(
      'is not authorized to perform: ecr:PutImage on resource: arn:aws:ecr:',
    );
    expect(session.ecr.account.calls).toEqual([{ action: 'ecr:PutImage', repository: 'app' }]);
  });
});

describe('lists', () => {
  it('page tags by 100, at most 1000, with absolute and opaque links', async () => {
    await using session = await start();
    const image = buildImage({ layers: 1 });
    const tags = Array.from({ length: 250 }, (_, index) => `t${String(index).padStart(3, '0')}`);
    await pushImage(session.ecr, 'app', image);
    for (const tag of tags) await session.ecr.content.putTag('app', tag, image.digest);
    const found: string[] = [];
    const links: string[] = [];
    let next: string | undefined = '/v2/app/tags/list';
    for (let page = 0; next !== undefined; page += 1) {
      const answer = await session.ask('GET', next);
      expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
      found.push(...(answer.json() as { tags: string[] }).tags);
      expect(found.length).toBe(Math.min((page + 1) * 100, 250));
      next = answer.next;
      if (next !== undefined) links.push(next);
    }
    expect(found).toEqual(tags);
    expect(links).toHaveLength(2);
    for (const link of links) {
      expect(link.startsWith(`${session.ecr.url}/v2/app/tags/list?`)).toBe(true);
      expect(link).not.toMatch(/t\d\d\d/);
    }
    const large = await session.ask('GET', '/v2/app/tags/list?n=1001');
    expect([large.status, large.errorCode()]).toEqual([405, 'UNSUPPORTED']);
    expect((await session.ask('GET', '/v2/app/tags/list?n=1000')).status).toBe(200);
  });

  it.each([
    ['supported', true, 200],
    ['lie', true, 404],
    ['absent', false, 404],
  ] as const)('have referrers that are %s', async (referrers, echoes, status) => {
    await using session = await start({ referrers });
    const subject = buildImage().descriptor;
    const artifact = buildArtifact({ subject });
    await pushBlobs(session, artifact);
    const put = await putManifest(session, artifact.digest, artifact);
    expect(put.headers['oci-subject']).toBe(echoes ? subject.digest : undefined);
    expect((await session.ask('GET', `/v2/app/referrers/${subject.digest}`)).status).toBe(status);
  });

  it('may lack tags/list', async () => {
    await using session = await start({ noTagList: true });
    const answer = await session.ask('GET', '/v2/app/tags/list');
    expect([answer.status, answer.errorCode()]).toEqual([404, 'UNKNOWN']);
  });
});

describe('ECR Public', () => {
  it('serves anyone with a Bearer token, and says 400 to one that has expired', async () => {
    let nowMs = Date.now();
    await using ecr = await startEcr({ public: true, now: () => nowMs });
    await pushImage(ecr, 'alias/app:v1', buildMultiArchImage());
    const url = `${ecr.url}/v2/alias/app/manifests/v1`;
    const challenged = await send('GET', url);
    expect(challenged.status).toBe(401);
    expect(challenged.headers['www-authenticate']).toContain(`realm="${ecr.url}/token"`);
    const ask = (authorization?: string) =>
      send('GET', `${ecr.url}/token/?service=public.ecr.aws&scope=repository:alias/app:pull`, {
        headers: authorization === undefined ? {} : { authorization },
      });
    const headers = {
      accept: acceptAll,
      authorization: `Bearer ${((await ask()).json() as { token: string }).token}`,
    };
    expect((await send('GET', url, { headers })).status).toBe(200);
    nowMs += 3_600_000;
    const late = await send('GET', url, { headers });
    expect([late.status, late.headers['www-authenticate']]).toEqual([400, undefined]);
    expect(late.errorMessage()).toContain('Authorization Token has expired');

    const credentials = ecr.issueCredentials();
    expect((await ask(basic('AWS', credentials.password))).status).toBe(200);
    ecr.account.expireTokens();
    expect((await ask(basic('AWS', credentials.password))).status).toBe(400);
  });
});
