import { defineConfig } from 'vitest/config';

/** End-to-end tests against real registries, clients and helm; `e2e/src/parts` installs them. */
export default defineConfig({
  test: {
    name: 'e2e',
    root: import.meta.dirname,
    include: ['src/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Each file starts servers of its own on free ports.
    maxWorkers: 2,
  },
});
