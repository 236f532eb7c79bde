import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** A home directory for the AWS SDK alone. */
export interface AwsHome {
  readonly path: string;
  remove(): Promise<void>;
}

const cleared = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_ECR',
];

/**
 * Gives the AWS SDK of this process an environment of its own: an empty home with the given `~/.aws/config`, the
 * given variables, and nothing of the machine's. `vi.unstubAllEnvs()` ends it.
 */
export async function stubAwsEnvironment(
  variables: Readonly<Record<string, string>>,
  config = '',
): Promise<AwsHome> {
  const path = await mkdtemp(join(tmpdir(), 'oci-sync-aws-'));
  await writeFile(join(path, 'config'), config);
  for (const name of cleared) vi.stubEnv(name, undefined);
  vi.stubEnv('HOME', path);
  vi.stubEnv('AWS_CONFIG_FILE', join(path, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(path, 'credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  return { path, remove: async () => rm(path, { recursive: true }) };
}

/** Credentials as environment variables. */
export const staticCredentials = { AWS_ACCESS_KEY_ID: 'AKIATEST', AWS_SECRET_ACCESS_KEY: 'secret' };
