import type { ImagePlan } from '@oci-sync/discovery';
import type { CommandIo } from '../command-io.js';
import { readText } from './read-text.js';

/** A stored plan. @throws UsageError when the file cannot be read; DiscoveryError when it is no plan */
export async function readPlanFile(path: string, io: CommandIo): Promise<ImagePlan> {
  const { parsePlan } = await import('@oci-sync/discovery');
  return parsePlan(path === '-' ? 'stdin' : path, await readText(path, io));
}
