import { defineConfig } from 'vitest/config';

const packages = ['oci-client', 'ecr', 'registry', 'helm-template', 'discovery', 'sync', 'cli'];
const conditions = ['@oci-sync/source', 'node', 'import', 'default'];

/** Unit, property and protocol tests: nothing here needs more than Node and the npm packages. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    testTimeout: 20_000,
    projects: [
      ...packages.map((name) => ({
        extends: true as const,
        test: { name, include: [`packages/${name}/{src,test}/**/*.test.ts`] },
      })),
      { extends: true as const, test: { name: 'architecture', include: ['test/*.test.ts'] } },
    ],
  },
});
