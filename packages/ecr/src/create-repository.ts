import type { CreateRepositoryCommandInput } from '@aws-sdk/client-ecr';
import { OciError } from '@oci-sync/oci-client';
import type { AwsClients, EcrEndpoint } from './aws-clients.js';
import { explainAwsError } from './aws-error.js';
import type { RepositorySettings } from './repository-settings.js';

/** A repository to create in ECR. */
export interface EcrRepository {
  readonly endpoint: EcrEndpoint;
  /** Account the registry belongs to; `undefined` for the caller's own. */
  readonly registryId: string | undefined;
  /** For messages: host and port. */
  readonly registry: string;
  readonly name: string;
}

/**
 * Creates a repository and sets its policies. One that somebody else created meanwhile is left as it is.
 * @throws OciError `OCI_REPOSITORY_CREATION`
 */
export async function createEcrRepository(
  clients: AwsClients,
  repository: EcrRepository,
  settings: RepositorySettings,
): Promise<'created' | 'exists'> {
  const name = { registryId: repository.registryId, repositoryName: repository.name };
  try {
    const { CreateRepositoryCommand } = await clients.load();
    const client = await clients.client(repository.endpoint);
    await client.send(new CreateRepositoryCommand({ ...name, ...creationInput(settings) }));
  } catch (error) {
    if (error instanceof Error && error.name === 'RepositoryAlreadyExistsException') return 'exists';
    throw creationError(`cannot create repository ${repository.registry}/${repository.name}`, error);
  }
  await setPolicies(clients, repository, settings);
  return 'created';
}

function creationInput(settings: RepositorySettings): Partial<CreateRepositoryCommandInput> {
  const {
    scanOnPush = true,
    encryption = { type: 'AES256' },
    tagMutability = 'MUTABLE',
    tags = {},
  } = settings;
  const exclusions = settings.tagMutabilityExclusions ?? [];
  const kmsKey = encryption.type === 'AES256' ? undefined : encryption.kmsKey;
  return {
    imageScanningConfiguration: { scanOnPush },
    encryptionConfiguration: { encryptionType: encryption.type, ...(kmsKey === undefined ? {} : { kmsKey }) },
    imageTagMutability: tagMutability,
    ...(exclusions.length === 0
      ? {}
      : {
          imageTagMutabilityExclusionFilters: exclusions.map((filter) => ({
            filterType: 'WILDCARD',
            filter,
          })),
        }),
    ...(Object.keys(tags).length === 0
      ? {}
      : { tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
  };
}

async function setPolicies(
  clients: AwsClients,
  { endpoint, registryId, registry, name }: EcrRepository,
  { lifecyclePolicy, repositoryPolicy }: RepositorySettings,
): Promise<void> {
  const { PutLifecyclePolicyCommand, SetRepositoryPolicyCommand } = await clients.load();
  const client = await clients.client(endpoint);
  const target = { registryId, repositoryName: name };
  const set = async (what: string, send: () => Promise<unknown>): Promise<void> => {
    try {
      await send();
    } catch (error) {
      throw creationError(
        `repository ${registry}/${name} was created, but its ${what} could not be set`,
        error,
        `then set the ${what} by hand, or delete the empty repository: existing repositories are never changed`,
      );
    }
  };
  if (lifecyclePolicy !== undefined) {
    const lifecyclePolicyText = JSON.stringify(lifecyclePolicy);
    await set('lifecycle policy', async () =>
      client.send(new PutLifecyclePolicyCommand({ ...target, lifecyclePolicyText })),
    );
  }
  if (repositoryPolicy !== undefined) {
    const policyText = JSON.stringify(repositoryPolicy);
    await set('repository policy', async () =>
      client.send(new SetRepositoryPolicyCommand({ ...target, policyText })),
    );
  }
}

function creationError(what: string, error: unknown, afterwards?: string): OciError {
  const { reason, hint, retryable } = explainAwsError(error);
  const advice = [hint, afterwards].filter((part) => part !== undefined);
  return new OciError(`${what}: ${reason}`, {
    code: 'OCI_REPOSITORY_CREATION',
    hint: advice.length === 0 ? undefined : advice.join('; '),
    retryable,
    cause: error,
  });
}
