import { PassThrough } from 'node:stream';
import type { SyncConnection } from '@oci-sync/sync';
import { expect, it } from 'vitest';
import { noSettings, type RegistrySettings } from '../config/settings.js';
import { readConnection } from './read-connection.js';

function connectionWith(registries: Readonly<Record<string, RegistrySettings>>): Promise<SyncConnection> {
  const ignore = (): void => {};
  const io = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    stderr: new PassThrough(),
    environment: {},
    signal: new AbortController().signal,
  };
  return readConnection(
    { plainHttp: [], caFile: [], authfile: undefined, region: undefined },
    { ...noSettings, registries: new Map(Object.entries(registries)) },
    io,
    { logger: { debug: ignore, info: ignore, warn: ignore }, note: ignore },
  );
}

it('takes a host of the settings for AWS ECR in its region', async () => {
  const { ecrRegistries, publicEcrToken } = await connectionWith({
    'mirror.example': { type: 'ecr', region: 'eu-west-1' },
    'plain.example': { plainHttp: true },
  });
  expect([...(ecrRegistries ?? [])]).toEqual([['mirror.example', { region: 'eu-west-1' }]]);
  expect(publicEcrToken).toBe(false);
});

it('asks for a token of ECR Public where the settings say so, and takes it for no registry of the account', async () => {
  const { ecrRegistries, publicEcrToken } = await connectionWith({
    'public.ecr.aws': { type: 'ecr', region: 'us-east-1' },
  });
  expect(publicEcrToken).toBe(true);
  expect([...(ecrRegistries ?? [])]).toEqual([]);
});
