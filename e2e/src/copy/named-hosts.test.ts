import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEcr } from '@oci-sync/registry/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeCertificateAuthority,
  makeSigningCertificate,
  type Certificate,
  type CertificateAuthority,
} from '../parts/certificate-authority.js';
import { startNamedHosts, type NamedHost } from '../parts/named-hosts.js';
import { startRecordingProxy } from '../parts/recording-proxy.js';
import { startDistribution3, startMoto, type RunningRegistry } from '../parts/registries.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { startTokenServer, type Grant } from '../parts/token-server.js';
import { putContent } from './put-content.js';
import { expectSeen, readWithAll } from './read-back.js';
import { runCliOrThrow } from './run-cli.js';
import { multiArchIndex, singleImage } from './test-content.js';

const folder = makeTemporaryFolder();
let authority: CertificateAuthority;
let issuer: Certificate;
let local: RunningRegistry;
beforeAll(async () => {
  authority = await makeCertificateAuthority(folder.path);
  issuer = await makeSigningCertificate(folder.path);
  local = await startDistribution3();
});
afterAll(async () => {
  await local.stop();
  folder.remove();
});

const aws = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };
const account = '123456789012';

function environment(proxyUrl: string): Record<string, string> {
  return { HTTPS_PROXY: proxyUrl, NO_PROXY: '127.0.0.1' };
}

/** Registries of the internet with token authentication, each with the realm that it really names. */
const services = [
  {
    name: 'Docker Hub',
    source: 'team-of-one:3.20',
    host: 'registry-1.docker.io',
    realmHost: 'auth.docker.io',
    realmPath: '/token',
    repository: 'library/team-of-one',
    tag: '3.20',
    users: {},
  },
  {
    name: 'GHCR',
    source: 'ghcr.io/team/app:v1',
    host: 'ghcr.io',
    realmHost: 'ghcr.io',
    realmPath: '/token',
    repository: 'team/app',
    tag: 'v1',
    users: { robot: 'a-personal-token' },
  },
  {
    name: 'GAR',
    source: 'europe-docker.pkg.dev/project/images/app:v1',
    host: 'europe-docker.pkg.dev',
    realmHost: 'europe-docker.pkg.dev',
    realmPath: '/v2/token',
    repository: 'project/images/app',
    tag: 'v1',
    users: { oauth2accesstoken: 'an-access-token' },
  },
] as const;

describe('names of others, at their TLS servers', () => {
  it.each(services)('$name as source', async (service) => {
    const { host, realmHost, realmPath, repository, tag, source } = service;
    const users: Readonly<Record<string, string>> = service.users;
    const [[user, password] = []] = Object.entries(users);
    // The owner puts the image there; others may pull, anonymously where the service has no users here.
    const grant: Grant = (request) =>
      request.user === 'owner' ? request.actions : request.user === user ? ['pull'] : [];
    const names = { service: host, issuer: realmHost };
    const tokens = await startTokenServer({ certificate: issuer, ...names, users, grant });
    const auth = { kind: 'token', realm: `https://${realmHost}${realmPath}`, certificate: issuer } as const;
    const upstream = await startDistribution3({ auth: { ...auth, ...names } });
    const played: NamedHost = {
      kind: 'behind TLS',
      upstream: upstream.address,
      token: tokens.address,
    };
    const certificate = await authority.issue([host, realmHost]);
    const hosts = await startNamedHosts({ [host]: played, [realmHost]: played }, certificate);
    try {
      const content = multiArchIndex();
      const headers = { authorization: `Bearer ${tokens.tokenFor('owner', repository)}` };
      await putContent({ address: upstream.address, repository, headers }, tag, content);
      const login = join(folder.path, `${host}.json`);
      const credential = Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64');
      writeFileSync(
        login,
        JSON.stringify({ auths: user === undefined ? {} : { [host]: { auth: credential } } }),
      );
      const destination = `${local.address}/mirror/${repository}:${tag}`;
      await runCliOrThrow(['copy', source, destination, '--ca-file', authority.caFile, '--authfile', login], {
        env: environment(hosts.proxyUrl),
      });
      expectSeen(await readWithAll(destination), content);
      expect(new Set(hosts.connected)).toEqual(new Set([host, realmHost]));
    } finally {
      await Promise.allSettled([hosts.stop(), upstream.stop(), tokens.stop()]);
    }
  });

  it('ECR as destination, which creates the repository', async () => {
    const region = 'us-west-2';
    const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
    const api = `api.ecr.${region}.amazonaws.com`;
    const certificate = await authority.issue([host, api, '127.0.0.1']);
    const tls = {
      cert: readFileSync(certificate.certificateFile, 'utf8'),
      key: readFileSync(certificate.keyFile, 'utf8'),
    };
    const ecr = await startEcr({
      tls,
      region,
      accountId: account,
      proxyEndpoint: `https://${host}`,
      // Other clients read the result at another name, and follow no redirect from there.
      behaviours: { redirectBlobs: false },
    });
    const itself: NamedHost = { kind: 'itself', address: ecr.host };
    const hosts = await startNamedHosts({ [host]: itself, [api]: itself }, certificate);
    try {
      const content = multiArchIndex();
      await putContent({ address: local.address, repository: 'team/app' }, 'v1', content);
      await runCliOrThrow(
        ['copy', `${local.address}/team/app:v1`, `${host}/mirror/app:v1`, '--ca-file', authority.caFile],
        { env: { ...environment(hosts.proxyUrl), ...aws } },
      );
      expect(ecr.content.resolveTag('mirror/app', 'v1')).toBe(content.root.digest);
      const { username, password } = ecr.issueCredentials();
      const access = { credentials: `${username}:${password}`, caFile: authority.caFile };
      expectSeen(await readWithAll(`${ecr.host}/mirror/app:v1`, access), content);
      expect(hosts.connected).toContain(api);
    } finally {
      await Promise.allSettled([hosts.stop(), ecr.close()]);
    }
  });

  it("ECR with moto's control plane", async () => {
    const region = 'eu-west-1';
    const host = `${account}.dkr.ecr.${region}.amazonaws.com`;
    const api = `api.ecr.${region}.amazonaws.com`;
    const moto = await startMoto();
    // moto has no /v2/: distribution takes the content, and refuses, as ECR does, before the repository is created.
    const lines = ['AWS:$2y$05$abcdefghijklmnopqrstuu/4ofrUS75HrKu6f.iuRo0I/XlrmpqlC'];
    const plane = await startDistribution3({ auth: { kind: 'htpasswd', lines } });
    let isCreated = false;
    const control = await startRecordingProxy({
      upstream: new URL(moto.endpoint).host,
      answer: (request) => {
        if (request.headers['x-amz-target']?.toString().endsWith('.CreateRepository') === true)
          isCreated = true;
        return false;
      },
    });
    const data = await startRecordingProxy({
      upstream: plane.address,
      answer: (request, response) => {
        if (isCreated || request.method !== 'POST') return false;
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end('{"errors":[{"code":"NAME_UNKNOWN","message":"The repository does not exist"}]}');
        return true;
      },
    });
    const certificate = await authority.issue([host, api]);
    const hosts = await startNamedHosts(
      {
        [host]: { kind: 'behind TLS', upstream: data.address },
        [api]: { kind: 'behind TLS', upstream: control.address },
      },
      certificate,
    );
    try {
      const content = singleImage();
      await putContent({ address: local.address, repository: 'team/moto' }, 'v1', content);
      await runCliOrThrow(
        ['copy', `${local.address}/team/moto:v1`, `${host}/mirror/moto:v1`, '--ca-file', authority.caFile],
        { env: { ...environment(hosts.proxyUrl), ...aws } },
      );
      expect(isCreated).toBe(true);
      const access = { credentials: `AWS:${account}-auth-token` };
      expectSeen(await readWithAll(`${plane.address}/mirror/moto:v1`, access), content);
    } finally {
      await Promise.allSettled([hosts, control, data, plane, moto].map((server) => server.stop()));
    }
  });
});
