import type { RegistryOptions } from '../registry-options.js';
import { startRegistry, type RunningRegistry } from '../start-registry.js';
import { FaultInjector } from './faults/fault-injector.js';

/** A registry whose faults can be switched on and off. */
export interface TestRegistry extends RunningRegistry {
  readonly faults: FaultInjector;
}

/** Starts a registry that follows the specification until `faults` says otherwise. */
export async function startTestRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const faults = new FaultInjector();
  const registry = await startRegistry({
    ...options,
    middleware: [faults.middleware, ...(options.middleware ?? [])],
  });
  return { ...registry, faults };
}
