import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { makeCertificateAuthority, makeSigningCertificate } from '../parts/certificate-authority.js';
import type { ReaderAccess } from '../parts/readers.js';
import { htpasswdUser, type DistributionOptions, type RunningRegistry } from '../parts/registries.js';
import { makeTemporaryFolder } from '../parts/temporary-folder.js';
import { startTokenServer } from '../parts/token-server.js';
import type { PutTarget } from './put-content.js';

/** A registry that not everyone may use, with what its users need to know. */
export interface ProtectedRegistry {
  readonly address: string;
  /** Where content is put without the code under test. */
  target(repository: string): PutTarget;
  /** For other clients. */
  readonly access: ReaderAccess;
  /** Flags with which the command line may use it. */
  readonly flags: readonly string[];
  stop(): Promise<void>;
}

/** Starts distribution, version 3 or 2.8, with some options. */
export type StartDistribution = (options: DistributionOptions) => Promise<RunningRegistry>;

/** Who is allowed in. */
const { user, password } = htpasswdUser;
const credentials = `${user}:${password}`;

/** Basic authentication from an htpasswd file. */
export async function startWithHtpasswd(start: StartDistribution): Promise<ProtectedRegistry> {
  const registry = await start({ auth: { kind: 'htpasswd', lines: [htpasswdUser.line] } });
  const folder = makeTemporaryFolder();
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return {
    address: registry.address,
    target: (repository) => ({ address: registry.address, repository, headers: { authorization } }),
    access: { credentials },
    flags: ['--authfile', writeAuthFile(folder.path, registry.address)],
    stop: async () => {
      await registry.stop();
      folder.remove();
    },
  };
}

/** Token authentication: users get what they ask for, others nothing. */
export async function startWithTokens(start: StartDistribution): Promise<ProtectedRegistry> {
  const folder = makeTemporaryFolder();
  const certificate = await makeSigningCertificate(folder.path);
  const names = { service: 'e2e registry', issuer: 'e2e issuer' };
  const tokens = await startTokenServer({
    certificate,
    ...names,
    users: { [user]: password },
    grant: (request) => (request.user === undefined ? [] : request.actions),
  });
  const registry = await start({ auth: { kind: 'token', realm: tokens.realm, ...names, certificate } });
  return {
    address: registry.address,
    target: (repository) => ({
      address: registry.address,
      repository,
      headers: { authorization: `Bearer ${tokens.tokenFor(user, repository)}` },
    }),
    access: { credentials },
    flags: ['--authfile', writeAuthFile(folder.path, registry.address)],
    stop: async () => {
      await registry.stop();
      await tokens.stop();
      folder.remove();
    },
  };
}

/** TLS with a certificate of a private CA. */
export async function startWithTls(start: StartDistribution): Promise<ProtectedRegistry> {
  const folder = makeTemporaryFolder();
  const authority = await makeCertificateAuthority(folder.path);
  const registry = await start({ tls: await authority.issue(['127.0.0.1']) });
  const { caFile } = authority;
  return {
    address: registry.address,
    target: (repository) => ({ address: registry.address, repository, caFile }),
    access: { caFile },
    flags: ['--ca-file', caFile],
    stop: async () => {
      await registry.stop();
      folder.remove();
    },
  };
}

/** A docker config.json with the user's credentials for one registry. */
function writeAuthFile(folder: string, address: string): string {
  const path = join(folder, 'auth.json');
  const auth = Buffer.from(credentials).toString('base64');
  writeFileSync(path, JSON.stringify({ auths: { [address]: { auth } } }));
  return path;
}
