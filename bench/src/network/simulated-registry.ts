import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A registry that makes up what it serves and forgets what it is sent: it costs next to nothing itself. */
export interface SimulatedRegistry {
  readonly address: string;
  stop(): Promise<void>;
}

/** Images `image-0` and so on, each with a configuration and layers of its own and shared ones. */
export interface SimulatedImages {
  readonly count: number;
  readonly ownLayers: number;
  readonly sharedLayers: number;
  readonly layerBytes: number;
}

/** Starts one in a process of its own, which ends with this one. It has all images, and takes any. */
export async function startSimulatedRegistry(images: SimulatedImages): Promise<SimulatedRegistry> {
  const child = fork(join(import.meta.dirname, 'simulated-registry-process.js'), [JSON.stringify(images)]);
  const [port] = (await once(child, 'message')) as [number];
  return {
    address: `127.0.0.1:${port}`,
    stop: async () => {
      if (child.kill('SIGKILL')) await once(child, 'exit');
    },
  };
}
