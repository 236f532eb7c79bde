import { RegistryError } from '../http/registry-error.js';
import type { BasicAuth } from '../registry-options.js';
import type { Authorizer } from './authorizer.js';
import { parseBasic, passwordMatches } from './basic-credentials.js';

/** Checks Basic credentials; every user may do anything. */
export function basicAuthorizer(options: BasicAuth): Authorizer {
  const { users, anonymousPull = false, realm = 'registry' } = options;
  return {
    issueToken: undefined,
    authorize(request, needed) {
      const credentials = parseBasic(request.headers.authorization);
      if (credentials && passwordMatches(users, credentials.user, credentials.password)) {
        return { allows: () => true };
      }
      if (!request.headers.authorization && anonymousPull && needed.action === 'pull') {
        return { allows: (_repository, action) => action === 'pull' };
      }
      throw new RegistryError(401, 'UNAUTHORIZED', 'authentication required', {
        headers: { 'www-authenticate': `Basic realm="${realm}"` },
      });
    },
  };
}
