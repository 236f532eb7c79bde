import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corruptedBody, rateLimitHeaders, stallDownloadAfter } from '@oci-sync/registry/testing';
import { expect, it } from 'vitest';
import { describeOnStage } from './describe-stage.js';
import { chartImages, expectedMirror, namedImages } from './expected-mirror.js';
import { renderWithHelm } from './helm-images.js';
import { awsCredentials, interruptOciSync } from './run-sync.js';
import { chartFile } from './shared-inputs.js';
import { accountId, ecrHost, ghcrLogin } from './stand-ins.js';

const secret = 'ghcr.io/runwhen-contrib/secret:v1';
const runner = 'us-docker.pkg.dev/runwhen-nonprod-shared/public-images/runner:2026-07-23.1';

describeOnStage('what goes wrong', (stage) => {
  it('one broken image: the others are mirrored, and the values keep it where it is', async () => {
    const repository = 'runwhen-nonprod-shared/public-images/runner';
    stage.standIns.registries['us-docker.pkg.dev'].faults.inject(corruptedBody(), {
      route: 'blob',
      repository,
    });
    const { code, stdout } = await stage.run(['sync', '--strict', '--report', 'report.json']);
    expect(code).toBe(1);
    const others = chartImages.filter((image) => !image[1].endsWith('/runner'));
    expect(stage.mirrored()).toEqual(expectedMirror([...others, ...namedImages()]));
    expect(stdout).toContain(`9 images to ${ecrHost}: 8 copied, 0 unchanged, 1 failed`);
    expect(stdout).toMatch(new RegExp(`^failed ${runner}: .*sha256:[0-9a-f]{64}`, 'm'));
    const { charts, outcome } = stage.report('report.json');
    expect(outcome).toBe('failed');
    expect(charts[0]?.values.proof?.remaining).toMatchObject([{ text: runner, reason: 'not-mirrored' }]);
    const { images } = await renderWithHelm(chartFile, [stage.place.path('updated_values.yaml')]);
    expect(images.filter((image) => !image.startsWith(ecrHost))).toEqual([runner]);
  });

  it('a private repository: credentials alone stop it, and a login lets it through', async () => {
    const refused = await stage.run(['sync', '--image', secret]);
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/^failed ghcr\.io\/runwhen-contrib\/secret:v1: .*\(.*log ?in.*\)$/im);
    const beside = await stage.run(['sync', '--image', secret, '--image', 'busybox:1.37']);
    expect(beside.code).toBe(1);
    expect(Object.keys(stage.mirrored())).toEqual(['test-rwl-runwhen/busybox:1.37']);

    const auth = Buffer.from(`${ghcrLogin.user}:${ghcrLogin.password}`).toString('base64');
    mkdirSync(join(stage.place.home, 'docker'));
    const login = join(stage.place.home, 'docker', 'config.json');
    writeFileSync(login, JSON.stringify({ auths: { 'ghcr.io': { auth } } }));
    const { stderr, stdout } = await stage.runWell(['sync', '--image', secret, '-v']);
    expect(stage.mirrored()).toMatchObject(expectedMirror([['ghcr.io', 'runwhen-contrib/secret', 'v1']]));
    for (const part of [ghcrLogin.password, auth]) expect(stderr + stdout).not.toContain(part);
  });

  it('an ECR token that expires in the middle of the run is renewed once', async () => {
    const issued = (): number =>
      stage.ecr.account.calls.filter(({ action }) => action === 'ecr:GetAuthorizationToken').length;
    let issuedBefore = 0;
    stage.ecr.faults.inject(
      (request, next) => {
        issuedBefore = issued();
        stage.ecr.account.expireTokens();
        return next(request);
      },
      { method: 'PUT', route: 'manifest', after: 3, times: 1 },
    );
    const { stdout } = await stage.runWell(['sync']);
    expect(stdout).toContain('9 copied, 0 unchanged, 0 failed');
    expect(stage.mirrored()).toEqual(expectedMirror([...chartImages, ...namedImages()]));
    expect(stage.ecr.requests.count({ status: 403 })).toBeGreaterThan(0);
    expect(issuedBefore).toBeGreaterThan(0);
    expect(issued()).toBe(issuedBefore + 1);
  });

  it('no AWS credentials: said before anything is fetched', async () => {
    const { requests } = stage.standIns.web['raw.githubusercontent.com'];
    const before = requests.length;
    const { code, stderr } = await stage.run(['sync'], {});
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: .*AWS credentials.*/im);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(requests.length).toBe(before);
  });

  it('no permission to create repositories: known before a blob is sent', async () => {
    stage.ecr.account.denied.add('ecr:CreateRepository');
    const { code, stdout } = await stage.run(['sync']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^failed .*: .*ecr:CreateRepository/m);
    expect(stage.ecr.requests.count({ route: 'upload' })).toBe(0);
    expect(stage.mirrored()).toEqual({});
  });

  it.each([
    [
      'a region that contradicts the registry',
      ['--registry', ecrHost, '--region', 'eu-west-1'],
      2,
      /eu-west-1.*us-west-2|us-west-2.*eu-west-1/,
    ],
    ['a registry that does not exist', ['--registry', 'registry.example'], 1, /registry\.example/],
    ['a registry with a path', ['--registry', `${ecrHost}/team`], 2, /is not a registry.*--prefix/],
    ['a name that ECR refuses', ['-p', 'Team'], 2, /upper-case/],
    [
      'a folder that cannot be written to',
      ['--out', '/etc/hosts/out'],
      2,
      /\/etc\/hosts\/out cannot be written/,
    ],
  ])('%s', async (_what, args, expectedCode, says) => {
    const { code, stderr, stdout } = await stage.run(['sync', '--image', 'busybox:1.37', ...args]);
    expect(`${stderr}${stdout}`).toMatch(says);
    expect(code).toBe(expectedCode);
    expect(stage.mirrored()).toEqual({});
  });

  it('two images for one destination: said before anything is copied', async () => {
    stage.place.write('extra.txt', 'busybox:1.37\nghcr.io/mirror/busybox:1.37\n');
    const { code, stderr } = await stage.run(['sync', '-e', 'extra.txt', '--catalog', '']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: .*docker\.io\/library\/busybox:1\.37 and ghcr\.io\/mirror\/busybox:1\.37.*test-rwl-runwhen\/busybox:1\.37.*--name-template/m,
    );
    expect(stage.mirrored()).toEqual({});
  });

  it('a budget of Docker Hub that is too small to tell the newest tag', async () => {
    const hub = stage.standIns.registries['registry-1.docker.io'];
    hub.faults.inject(rateLimitHeaders(100, 1), { route: 'manifest' });
    for (const command of ['sync', 'verify']) {
      const { code, stdout } = await stage.run([command, '--image', 'otel/opentelemetry-collector']);
      expect(code, command).toBe(1);
      expect(stdout).toMatch(
        /^failed docker\.io\/otel\/opentelemetry-collector: .*up to 4 pulls.*grants 1 more/m,
      );
      expect(stdout).toContain('1 more could not be planned');
    }
    expect(hub.requests.count({ method: 'GET', route: 'manifest' })).toBe(0);
    expect(stage.mirrored()).toEqual({});
  });

  it('an interruption: the report tells what was done, and nothing half-done is visible', async () => {
    const { faults } = stage.standIns.registries['us-docker.pkg.dev'];
    // The runner's image never comes, the other one does.
    faults.inject(stallDownloadAfter(100), { route: 'blob', method: 'GET' });
    const args = ['sync', '--image', runner, '--image', 'busybox:1.37', '--report', 'report.json'];
    const done = `copied ${ecrHost}/test-rwl-runwhen/busybox:1.37`;
    expect(await interruptOciSync(stage.standIns, stage.place, args, done)).toBe(130);
    const { outcome, images } = stage.report('report.json');
    expect(outcome).toBe('interrupted');
    expect(images.map((image) => [image.image.destination.repository, image.outcome])).toEqual([
      ['test-rwl-runwhen/busybox', 'copied'],
      ['test-rwl-runwhen/runner', 'not-started'],
    ]);
    expect(stage.mirrored()).toEqual(expectedMirror([['registry-1.docker.io', 'library/busybox', '1.37']]));
  });

  it('secrets of AWS are never shown', async () => {
    const secretKey = 'a-secret-that-must-not-be-seen';
    const environment = { ...awsCredentials, AWS_SECRET_ACCESS_KEY: secretKey, AWS_SESSION_TOKEN: secretKey };
    const { stdout, stderr } = await stage.run(['sync', '--image', 'busybox:1.37', '-v'], environment);
    expect(stderr).toContain(accountId);
    expect(stdout + stderr).not.toContain(secretKey);
    expect(stdout + stderr).not.toMatch(/\bBasic [A-Za-z0-9+/=]{8}/);
  });
});
