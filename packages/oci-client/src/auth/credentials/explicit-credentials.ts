import type { Credential, CredentialProvider } from './provider.js';

/**
 * Credentials the user gave for named registries (host and port as in references). They are final: a refusal is an
 * error, and no other provider is asked.
 */
export function explicitCredentials(
  byRegistry: Readonly<Record<string, Credential>>,
  name = 'options',
): CredentialProvider {
  const credentials = new Map(Object.entries(byRegistry));
  return {
    name,
    explicit: true,
    getCredential: async ({ registry }) => credentials.get(registry),
  };
}
