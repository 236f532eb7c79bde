import type { CallOptions } from './store.js';

/** A repository to create. */
export interface CreateRepositoryRequest extends CallOptions {
  /** Host and port. */
  readonly registry: string;
  readonly repository: string;
}

/** Creates missing repositories where pushing does not (AWS ECR). */
export interface RepositoryCreator {
  /** Whether this creator is the one for a registry. */
  handles(registry: string): boolean;
  /**
   * Creates the repository; `exists` when somebody else was faster, which is a success. Called once per name
   * and run, after an upload was refused with NAME_UNKNOWN. Existing repositories are never changed.
   * @throws OciError `OCI_REPOSITORY_CREATION`, with the missing permission in the message.
   */
  createRepository(request: CreateRepositoryRequest): Promise<'created' | 'exists'>;
}
