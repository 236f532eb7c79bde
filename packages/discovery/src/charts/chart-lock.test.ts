import type { ChartDependency } from '@oci-sync/helm-template';
import { expect, test } from 'vitest';
import { lockDigest } from './chart-lock.js';

function dependency(fields: Partial<ChartDependency>): ChartDependency {
  return {
    name: '',
    version: '',
    repository: '',
    condition: '',
    tags: [],
    alias: '',
    importValues: [],
    ...fields,
  };
}

const redis = { name: 'redis-ha', repository: 'https://dandydeveloper.github.io/charts/' };
const bitnami = 'oci://registry-1.docker.io/bitnamicharts';

// Digests that helm itself wrote into the lock files of public charts.
test.each([
  [
    [dependency({ ...redis, version: '4.38.0', condition: 'redis-ha.enabled' })],
    [{ ...redis, version: '4.38.0' }],
    'sha256:0d8b0161248c5ab2c77d62fc77d5ca28393f73f7b7a8abd5474b78bc969cab39',
  ],
  [
    [
      dependency({ name: 'redis', repository: bitnami, version: '22.x.x', condition: 'redis.enabled' }),
      dependency({
        name: 'postgresql',
        repository: bitnami,
        version: '16.x.x',
        condition: 'postgresql.enabled',
      }),
      dependency({ name: 'common', repository: bitnami, version: '2.x.x', tags: ['bitnami-common'] }),
    ],
    [
      { name: 'redis', repository: bitnami, version: '22.0.4' },
      { name: 'postgresql', repository: bitnami, version: '16.7.26' },
      { name: 'common', repository: bitnami, version: '2.31.4' },
    ],
    'sha256:03f5448955b4ae7ac72bfa2b8d32fb44244fb711e75d37eb17dd416d3328b22c',
  ],
])('the digest of a lock file is the one helm writes', (declared, locked, digest) => {
  expect(lockDigest(declared, locked)).toBe(digest);
});
