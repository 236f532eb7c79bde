import { expect, test } from 'vitest';
import { parseRepositorySettings } from './repository-settings.js';

test('settings are read as they are', () => {
  const settings = {
    scanOnPush: false,
    encryption: { type: 'KMS_DSSE', kmsKey: 'alias/images' },
    tagMutability: 'MUTABLE_WITH_EXCLUSION',
    tagMutabilityExclusions: ['v*', 'latest'],
    lifecyclePolicy: { rules: [] },
    repositoryPolicy: { Version: '2012-10-17' },
    tags: { team: 'platform' },
  };
  expect(parseRepositorySettings(settings)).toEqual(settings);
  expect(parseRepositorySettings({})).toEqual({});
  expect(parseRepositorySettings({ encryption: { type: 'KMS' } })).toEqual({ encryption: { type: 'KMS' } });
});

test.each([
  ['text', 'repository settings is not an object'],
  [[], 'repository settings is not an object'],
  [{ scanOnpush: true }, 'unknown repository setting "scanOnpush"'],
  [{ toString: 1 }, 'unknown repository setting "toString"'],
  [{ scanOnPush: 'yes' }, 'scanOnPush is not true or false'],
  [{ encryption: 'AES256' }, 'encryption is not an object'],
  [{ encryption: { type: 'AES256', kmsKey: 'k' } }, 'encryption is not an encryption'],
  [{ encryption: { type: 'DES' } }, 'encryption is not an encryption'],
  [{ encryption: { type: 'KMS', key: 'k' } }, 'unknown repository setting "encryption.key"'],
  [{ tagMutability: 'mutable' }, 'tagMutability is not one of MUTABLE'],
  [{ tagMutability: 'IMMUTABLE_WITH_EXCLUSION' }, 'do not fit together'],
  [{ tagMutabilityExclusions: ['latest'] }, 'do not fit together'],
  [{ tagMutability: 'IMMUTABLE', tagMutabilityExclusions: ['latest'] }, 'do not fit together'],
  [{ tagMutabilityExclusions: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'up to 5 tag patterns'],
  [{ tagMutabilityExclusions: ['re:[a-z]'] }, 'up to 5 tag patterns'],
  [{ lifecyclePolicy: '{}' }, 'lifecyclePolicy is not an object'],
  [{ tags: { team: 1 } }, 'tags has a value that is not a text'],
])('%j is refused', (value, message) => {
  expect(() => parseRepositorySettings(value)).toThrow(
    expect.objectContaining({ code: 'OCI_INVALID_OPTION', message: expect.stringContaining(message) }),
  );
});
