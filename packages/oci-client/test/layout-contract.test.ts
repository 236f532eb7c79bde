import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLayout } from '../src/layout/open-layout.js';
import { testContentDestination } from './store-contract.js';

testContentDestination('an OCI image layout', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'oci-sync-layout-'));
  return {
    destination: openLayout({ path: join(directory, 'images') }),
    close: async () => rm(directory, { recursive: true }),
  };
});
