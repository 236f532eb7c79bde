import { AwsException, type JsonObject } from './aws-json.js';
import type { Operation, OperationContext } from './operation.js';
import type { EcrAccount, EcrRepositorySettings } from './ecr-account.js';

const namePattern = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:(?:[._-]|__|-+)[a-z0-9]+)*$/;
const mutabilities = ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'];

/** Operations on repositories and their settings. */
export const repositoryOperations: Readonly<Record<string, Operation>> = {
  async CreateRepository({ account, content, registryUrl }, input) {
    const name = String(input['repositoryName']);
    if (name.length < 2 || name.length > 256 || !namePattern.test(name)) {
      throw invalid(`Invalid parameter at 'repositoryName' failed to satisfy constraint: '${name}'`);
    }
    if (content.hasRepository(name) || account.creating.has(name)) {
      const where = `in the registry with id '${account.accountId}'`;
      throw new AwsException(
        'RepositoryAlreadyExistsException',
        `The repository with name '${name}' already exists ${where}`,
      );
    }
    const settings = account.repository(name);
    setMutability(settings, input);
    account.creating.add(name);
    const { encryptionConfiguration, imageScanningConfiguration, tags } = input;
    if (encryptionConfiguration) {
      settings.encryptionConfiguration =
        encryptionConfiguration as EcrRepositorySettings['encryptionConfiguration'];
    }
    if (imageScanningConfiguration) {
      settings.imageScanningConfiguration =
        imageScanningConfiguration as EcrRepositorySettings['imageScanningConfiguration'];
    }
    settings.tags = (tags as EcrRepositorySettings['tags'] | undefined) ?? [];
    settings.createdAtMs = account.now();
    await content.createRepository(name).finally(() => account.creating.delete(name));
    return { repository: describe(account, registryUrl, name) };
  },

  DescribeRepositories(context, input) {
    const { account, content, registryUrl } = context;
    const names = input['repositoryNames'] as readonly string[] | undefined;
    for (const name of names ?? []) requireRepository(context, name);
    const all = names ?? content.repositories();
    const size = Number(input['maxResults'] ?? 100);
    const start = Number(input['nextToken'] ?? 0);
    const page = all.slice(start, start + size);
    const next = names === undefined && start + size < all.length ? { nextToken: String(start + size) } : {};
    return { repositories: page.map((name) => describe(account, registryUrl, name)), ...next };
  },

  PutImageTagMutability(context, input) {
    const [name, settings] = existing(context, input);
    setMutability(settings, input);
    const { imageTagMutability, imageTagMutabilityExclusionFilters } = settings;
    return { ...identity(context, name), imageTagMutability, imageTagMutabilityExclusionFilters };
  },

  PutLifecyclePolicy(context, input) {
    const [name, settings] = existing(context, input);
    settings.lifecyclePolicyText = jsonText(input, 'lifecyclePolicyText');
    return { ...identity(context, name), lifecyclePolicyText: settings.lifecyclePolicyText };
  },

  GetLifecyclePolicy(context, input) {
    const [name, { lifecyclePolicyText }] = existing(context, input);
    if (lifecyclePolicyText === undefined) {
      throw new AwsException('LifecyclePolicyNotFoundException', 'Lifecycle policy does not exist');
    }
    return { ...identity(context, name), lifecyclePolicyText };
  },

  SetRepositoryPolicy(context, input) {
    const [name, settings] = existing(context, input);
    settings.policyText = jsonText(input, 'policyText');
    return { ...identity(context, name), policyText: settings.policyText };
  },

  GetRepositoryPolicy(context, input) {
    const [name, { policyText }] = existing(context, input);
    if (policyText === undefined) {
      throw new AwsException('RepositoryPolicyNotFoundException', 'Repository policy does not exist');
    }
    return { ...identity(context, name), policyText };
  },

  TagResource(context, input) {
    const settings = byArn(context, input);
    const added = (input['tags'] as EcrRepositorySettings['tags'] | undefined) ?? [];
    const kept = settings.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
    settings.tags = [...kept, ...added];
    return {};
  },

  ListTagsForResource(context, input) {
    return { tags: byArn(context, input).tags };
  },
};

/** The repository an operation is about. @throws AwsException `RepositoryNotFoundException` */
export function requireRepository({ account, content }: OperationContext, name: string): void {
  if (content.hasRepository(name)) return;
  throw new AwsException('RepositoryNotFoundException', account.missingRepositoryText(name));
}

function existing(context: OperationContext, input: JsonObject): [string, EcrRepositorySettings] {
  const name = String(input['repositoryName']);
  requireRepository(context, name);
  return [name, context.account.repository(name)];
}

function byArn(context: OperationContext, input: JsonObject): EcrRepositorySettings {
  const arn = String(input['resourceArn']);
  const name = arn.slice(arn.indexOf(':repository/') + ':repository/'.length);
  requireRepository(context, name);
  return context.account.repository(name);
}

function identity({ account }: OperationContext, name: string): JsonObject {
  return { registryId: account.accountId, repositoryName: name };
}

function describe(account: EcrAccount, registryUrl: string, name: string): JsonObject {
  const settings = account.repository(name);
  return {
    repositoryArn: account.repositoryArn(name),
    registryId: account.accountId,
    repositoryName: name,
    repositoryUri: `${new URL(registryUrl).host}/${name}`,
    createdAt: settings.createdAtMs / 1000,
    imageTagMutability: settings.imageTagMutability,
    imageTagMutabilityExclusionFilters: settings.imageTagMutabilityExclusionFilters,
    imageScanningConfiguration: settings.imageScanningConfiguration,
    encryptionConfiguration: settings.encryptionConfiguration,
  };
}

function setMutability(settings: EcrRepositorySettings, input: JsonObject): void {
  const mode = input['imageTagMutability'] ?? 'MUTABLE';
  if (typeof mode !== 'string' || !mutabilities.includes(mode))
    throw invalid('imageTagMutability is invalid');
  settings.imageTagMutability = mode;
  settings.imageTagMutabilityExclusionFilters = input[
    'imageTagMutabilityExclusionFilters'
  ] as EcrRepositorySettings['imageTagMutabilityExclusionFilters'];
}

function jsonText(input: JsonObject, field: string): string {
  const text = input[field];
  if (typeof text !== 'string') throw invalid(`${field} is missing`);
  try {
    JSON.parse(text);
  } catch {
    throw invalid(`Invalid parameter at '${field}' failed to satisfy constraint: 'Invalid JSON syntax'`);
  }
  return text;
}

function invalid(message: string): AwsException {
  return new AwsException('InvalidParameterException', message);
}
