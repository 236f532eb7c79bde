import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDistribution2, startDistribution3, type RunningRegistry } from '../parts/registries.js';
import {
  startWithHtpasswd,
  startWithTls,
  startWithTokens,
  type ProtectedRegistry,
} from './protected-registries.js';
import { putContent } from './put-content.js';
import { expectSeen, readWithAll } from './read-back.js';
import { runCli, runCliOrThrow } from './run-cli.js';
import { multiArchIndex } from './test-content.js';

const kinds: readonly { readonly name: string; readonly start: () => Promise<ProtectedRegistry> }[] = [
  { name: 'htpasswd, distribution 3', start: () => startWithHtpasswd(startDistribution3) },
  { name: 'htpasswd, distribution 2.8', start: () => startWithHtpasswd(startDistribution2) },
  { name: 'token, distribution 3', start: () => startWithTokens(startDistribution3) },
  { name: 'token, distribution 2.8', start: () => startWithTokens(startDistribution2) },
  { name: 'TLS with a private CA, distribution 3', start: () => startWithTls(startDistribution3) },
  { name: 'TLS with a private CA, distribution 2.8', start: () => startWithTls(startDistribution2) },
];

describe.each(kinds)('$name', ({ start }) => {
  let guarded: ProtectedRegistry;
  let open: RunningRegistry;
  beforeAll(async () => {
    guarded = await start();
    open = await startDistribution3();
  });
  afterAll(async () => {
    await Promise.allSettled([guarded.stop(), open.stop()]);
  });

  it('as source', async () => {
    const content = multiArchIndex();
    await putContent(guarded.target('from/app'), 'v1', content);
    const destination = `${open.address}/to/app:v1`;
    await runCliOrThrow(['copy', `${guarded.address}/from/app:v1`, destination, ...guarded.flags]);
    expectSeen(await readWithAll(destination), content);
  });

  it('as destination', async () => {
    const content = multiArchIndex();
    await putContent({ address: open.address, repository: 'from/app' }, 'v1', content);
    const destination = `${guarded.address}/to/app:v1`;
    await runCliOrThrow(['copy', `${open.address}/from/app:v1`, destination, ...guarded.flags]);
    expectSeen(await readWithAll(destination, guarded.access), content);
  });

  it('refuses those who bring nothing', async () => {
    await putContent({ address: open.address, repository: 'from/app' }, 'v2', multiArchIndex());
    const { code, stderr } = await runCli([
      'copy',
      `${open.address}/from/app:v2`,
      `${guarded.address}/to/refused:v2`,
    ]);
    expect(code).not.toBe(0);
    expect(stderr).toContain(guarded.address);
  });
});
