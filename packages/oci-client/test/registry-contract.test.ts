import { startTestRegistry } from '@oci-sync/registry/testing';
import { openRegistry } from '../src/registry/open-registry.js';
import { createRegistryClient } from '../src/registry/registry-client.js';
import { testContentDestination } from './store-contract.js';

testContentDestination('a registry', async () => {
  const registry = await startTestRegistry();
  const client = createRegistryClient({});
  return {
    destination: openRegistry(client, {
      registry: new URL(registry.url).host,
      repository: 'team/app',
      access: 'push',
    }),
    close: async () => {
      await client.close();
      await registry.close();
    },
  };
});
