import { OciError } from '@oci-sync/oci-client';

/** How the images of a repository are encrypted; fixed when it is created. */
export type RepositoryEncryption =
  | { readonly type: 'AES256' }
  | {
      readonly type: 'KMS' | 'KMS_DSSE';
      /** ARN, ID or alias. @default the AWS managed key `aws/ecr` */
      readonly kmsKey?: string | undefined;
    };

const mutabilities = ['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'] as const;

/** Whether tags may be moved; `…_WITH_EXCLUSION` turns it round for the tags that `tagMutabilityExclusions` match. */
export type TagMutability = (typeof mutabilities)[number];

/** How repositories are created. Existing ones are never changed. */
export interface RepositorySettings {
  /** Scan images for vulnerabilities when they are pushed. @default true */
  readonly scanOnPush?: boolean | undefined;
  /** @default AES256 */
  readonly encryption?: RepositoryEncryption | undefined;
  /** @default 'MUTABLE' */
  readonly tagMutability?: TagMutability | undefined;
  /** Up to five patterns such as `latest` or `dev-*`, for the two `…_WITH_EXCLUSION` values. */
  readonly tagMutabilityExclusions?: readonly string[] | undefined;
  /** Lifecycle policy document. */
  readonly lifecyclePolicy?: Readonly<Record<string, unknown>> | undefined;
  /** Repository (resource) policy document. */
  readonly repositoryPolicy?: Readonly<Record<string, unknown>> | undefined;
  /** AWS resource tags. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

const mostExclusions = 5;
const exclusionPattern = /^[0-9a-zA-Z._*-]{1,128}$/;

/**
 * Reads repository settings from JSON or YAML data: an object with the fields of {@link RepositorySettings} and no
 * others, so that a misspelt one is not silently ignored.
 * @throws OciError `OCI_INVALID_OPTION`, naming the field
 */
export function parseRepositorySettings(value: unknown): RepositorySettings {
  const fields = readObject(value, 'repository settings');
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(readers, name));
  if (unknown !== undefined) {
    throw invalid(`unknown repository setting "${unknown}"`, `known are ${Object.keys(readers).join(', ')}`);
  }
  const settings: RepositorySettings = Object.fromEntries(
    Object.entries(readers).flatMap(([name, read]) =>
      fields[name] === undefined ? [] : [[name, read(fields[name], name)]],
    ),
  );
  checkExclusions(settings);
  return settings;
}

const readers: Readonly<Record<keyof RepositorySettings, (value: unknown, name: string) => unknown>> = {
  scanOnPush: (value, name) => {
    if (typeof value !== 'boolean') throw invalid(`repository setting ${name} is not true or false`);
    return value;
  },
  encryption: readEncryption,
  tagMutability: (value, name) => {
    const known = mutabilities.find((each) => each === value);
    if (known === undefined)
      throw invalid(`repository setting ${name} is not one of ${mutabilities.join(', ')}`);
    return known;
  },
  tagMutabilityExclusions: (value, name) => {
    const isList = Array.isArray(value) && value.length <= mostExclusions;
    if (!isList || !value.every((each) => typeof each === 'string' && exclusionPattern.test(each))) {
      throw invalid(
        `repository setting ${name} is not a list of up to ${mostExclusions} tag patterns`,
        'a pattern has letters, digits, ".", "_", "-" and "*"',
      );
    }
    return value;
  },
  lifecyclePolicy: readObject,
  repositoryPolicy: readObject,
  tags: (value, name) => {
    const tags = readObject(value, name);
    if (!Object.values(tags).every((each) => typeof each === 'string')) {
      throw invalid(`repository setting ${name} has a value that is not a text`);
    }
    return tags;
  },
};

function readEncryption(value: unknown, name: string): RepositoryEncryption {
  const { type, kmsKey, ...others } = readObject(value, name);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalid(`unknown repository setting "${name}.${unknown}"`);
  if (type === 'AES256' && kmsKey === undefined) return { type };
  if ((type === 'KMS' || type === 'KMS_DSSE') && (kmsKey === undefined || typeof kmsKey === 'string')) {
    return kmsKey === undefined ? { type } : { type, kmsKey };
  }
  throw invalid(
    `repository setting ${name} is not an encryption`,
    'write {type: AES256}, or {type: KMS, kmsKey: ARN}, or the same with KMS_DSSE',
  );
}

function checkExclusions({ tagMutability, tagMutabilityExclusions }: RepositorySettings): void {
  const isExpected = tagMutability?.endsWith('_WITH_EXCLUSION') ?? false;
  const isGiven = (tagMutabilityExclusions?.length ?? 0) > 0;
  if (isExpected === isGiven) return;
  throw invalid(
    'the repository settings tagMutability and tagMutabilityExclusions do not fit together',
    'exclusions go with MUTABLE_WITH_EXCLUSION or IMMUTABLE_WITH_EXCLUSION, which need at least one',
  );
}

function readObject(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid(`${name} is not an object`);
}

function invalid(message: string, hint?: string): OciError {
  return new OciError(message, { code: 'OCI_INVALID_OPTION', hint });
}
