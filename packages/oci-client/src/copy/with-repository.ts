import { isOciError, OciError } from '../errors/oci-error.js';
import { atDestination, type CopyContext } from './copy-context.js';

const attemptsAfterCreation = 4;

async function create(context: CopyContext, missing: OciError): Promise<void> {
  const { creator, destination, repository, signal } = context;
  const rules = destination.mounts;
  if (creator === undefined || rules === undefined) {
    throw new OciError(`the repository ${destination.name} does not exist`, {
      code: 'OCI_REPOSITORY_MISSING',
      hint: missing.hint ?? 'create the repository, or let it be created',
      status: missing.status,
      registryCodes: missing.registryCodes,
      cause: missing,
    });
  }
  const outcome = await creator.createRepository({
    registry: rules.registry,
    repository: rules.repository,
    signal,
  });
  if (outcome === 'created') {
    repository.isNew = true;
    context.emit({ type: 'repository-created', repository: rules.repository });
  }
}

/**
 * Runs a call that writes to the destination. When the destination says that its repository is missing, it is created,
 * once per run, and the call made again. Only then: a registry may create repositories on push by its own templates.
 */
export async function withRepository<T>(context: CopyContext, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isOciError(error, 'OCI_REPOSITORY_MISSING') || attempt === attemptsAfterCreation) throw error;
      const { repository } = context;
      await repository.creation.run(context.signal, async () =>
        atDestination(context, 'create repository', async () => create(context, error)),
      );
      // A repository just created may take a moment to be seen everywhere.
      if (attempt > 1) await context.backoff(attempt, context.signal);
    }
  }
}
