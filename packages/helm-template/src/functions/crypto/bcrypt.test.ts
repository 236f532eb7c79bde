import { describe, expect, it } from 'vitest';
import { bcryptHash } from './bcrypt.js';

/** The salt that reads `CCCCCCCCCCCCCCCCCCCCC.` in bcrypt's alphabet. */
const SALT = Buffer.from(`${'104104'.repeat(5)}10`, 'hex');

describe('bcryptHash', () => {
  // Test vectors of crypt_blowfish.
  for (const [password, hash] of [
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
  ] as const) {
    it(`hashes ${JSON.stringify(password)}`, () => {
      expect(bcryptHash(Buffer.from(password), SALT, 5)).toBe(hash);
    });
  }
});
