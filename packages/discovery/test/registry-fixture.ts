import { createCopier, type Copier } from '@oci-sync/oci-client';
import { startTestRegistry, type TestRegistry } from '@oci-sync/registry/testing';
import { createFetchBytes, type FetchBytes, type OpenSource } from '../src/index.js';

/** A registry with a client for it. */
export interface RegistryFixture {
  readonly registry: TestRegistry;
  readonly open: OpenSource;
  readonly fetchBytes: FetchBytes;
  readonly close: () => Promise<void>;
}

export async function startFixture(): Promise<RegistryFixture> {
  const registry = await startTestRegistry();
  const copier: Copier = createCopier({ http: { retry: { attempts: 1 } } });
  return {
    registry,
    open: (reference) => copier.open(reference),
    fetchBytes: createFetchBytes(copier.client.http),
    close: async () => {
      await copier.close();
      await registry.close();
    },
  };
}
