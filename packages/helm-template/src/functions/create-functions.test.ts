import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GoInt, type GoValue } from '../go/value.js';
import type { FunctionContext, FunctionTable } from '../template/function-table.js';
import { createFunctions } from './create-functions.js';
import type { RandomBytes } from './random-text.js';

/** Random bytes that depend on the seed alone. */
function seededBytes(seed: string): RandomBytes {
  let count = 0;
  return (sizeBytes) => {
    const blocks = Array.from({ length: Math.ceil(sizeBytes / 32) }, () =>
      createHash('sha256').update(`${seed}/${count++}`).digest(),
    );
    return Buffer.concat(blocks).subarray(0, sizeBytes);
  };
}

const context: FunctionContext = { include: () => '', tpl: () => '', spend: () => undefined };
const environment = (seed: string) => ({
  randomBytes: seededBytes(seed),
  clock: () => Date.UTC(2026, 0, 2, 3, 4, 5),
  timeZone: 'UTC',
});

function call(functions: FunctionTable, name: string, ...args: GoValue[]): GoValue {
  const found = functions.get(name);
  if (found === undefined) throw new Error(`there is no function ${name}`);
  return found.call(args, context);
}

describe('createFunctions', () => {
  it('has the functions of sprig 3.3.0 and Helm 4.1.4 and no others', () => {
    const functions = createFunctions(environment('a'));
    expect(functions.size).toBe(221);
    for (const later of ['mustToToml', 'toDuration', 'mustToDuration', 'env', 'expandenv']) {
      expect(functions.has(later)).toBe(false);
    }
  });

  it('gives the same results for the same random bytes and clock, and others for other bytes', () => {
    const results = (seed: string): string[] => {
      const functions = createFunctions(environment(seed));
      const certificate = call(functions, 'genCA', 'ca', new GoInt('int', 1n));
      const cert =
        typeof certificate === 'object' && certificate !== null && 'goObject' in certificate
          ? certificate.fields.get('Cert')
          : undefined;
      return [
        call(functions, 'randAlphaNum', new GoInt('int', 20n)),
        call(functions, 'uuidv4'),
        call(functions, 'htpasswd', 'user', 'password'),
        call(functions, 'encryptAES', 'key', 'plain'),
        call(functions, 'genPrivateKey', 'ecdsa'),
        cert,
      ].map(String);
    };
    const first = results('a');
    expect(results('a')).toEqual(first);
    for (const [index, other] of results('b').entries()) expect(other).not.toBe(first[index]);
  });

  it('takes the time from the clock', () => {
    const functions = createFunctions(environment('a'));
    const now = call(functions, 'now');
    expect(call(functions, 'date', '2006-01-02 15:04:05', now)).toBe('2026-01-02 03:04:05');
    expect(call(functions, 'ago', new GoInt('int64', 1_767_323_000n))).toBe('45s');
  });
});
