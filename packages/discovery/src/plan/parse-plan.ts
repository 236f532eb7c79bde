import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { readPackageFile } from '../access/package-file.js';
import { DiscoveryError } from '../errors.js';
import type { ImagePlan } from './image-plan.js';

/** The version of plans this package writes and reads. */
const planVersion = 1;

/**
 * Reads a stored plan and checks it: against the published schema, and that no two images have one destination.
 *
 * @param name for messages, such as the file's path
 * @throws DiscoveryError `PLAN_INVALID`
 */
export async function parsePlan(name: string, text: string): Promise<ImagePlan> {
  const value = parseJson(name, text);
  const version =
    typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof version === 'number' && version > planVersion) {
    throw invalid(name, `is of version ${version}, and this release reads version ${planVersion}`, {
      hint: 'update oci-sync, or make the plan again',
    });
  }
  const validate = new Ajv2020({ allErrors: true }).compile<ImagePlan>(
    JSON.parse(await readPackageFile('schema/image-plan.schema.json')) as object,
  );
  if (!validate(value)) throw invalid(name, 'is not a plan', { problems: describe(validate.errors ?? []) });
  const repeated = repeatedDestination(value);
  if (repeated !== undefined) throw invalid(name, `has two images for ${repeated}`);
  return value;
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, 'is not JSON', { cause: error });
  }
}

function repeatedDestination(plan: ImagePlan): string | undefined {
  const seen = new Set<string>();
  for (const { destination } of plan.images) {
    const key = `${destination.repository}:${destination.tag}`;
    if (seen.has(key)) return key;
    seen.add(key);
  }
  return undefined;
}

/** Errors of `oneOf` and `anyOf` branches repeat what the leaves say; the first lines say most. */
function describe(errors: readonly ErrorObject[]): readonly string[] {
  return errors
    .slice(0, 20)
    .map(({ instancePath, message }) => `${instancePath || 'plan'}: ${message ?? 'invalid'}`);
}

interface InvalidDetails {
  readonly hint?: string;
  readonly problems?: readonly string[];
  readonly cause?: unknown;
}

function invalid(name: string, what: string, details: InvalidDetails = {}): DiscoveryError {
  const first = details.problems?.[0];
  return new DiscoveryError(`plan ${name} ${what}${first === undefined ? '' : `: ${first}`}`, {
    code: 'PLAN_INVALID',
    ...details,
  });
}
