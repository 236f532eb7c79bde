import { createHmac, scryptSync } from 'node:crypto';

const SEED = 'com.lyndir.masterpassword';

/** Character classes of the Master Password algorithm, version 0, by the letter that stands for them. */
const UPPER_VOWELS = 'AEIOU';
const UPPER_CONSONANTS = 'BCDFGHJKLMNPQRSTVWXYZ';
const VOWELS = UPPER_VOWELS.toLowerCase();
const CONSONANTS = UPPER_CONSONANTS.toLowerCase();
const LETTERS = UPPER_VOWELS + VOWELS + UPPER_CONSONANTS + CONSONANTS;
const DIGITS = '0123456789';
const CLASSES: ReadonlyMap<string, string> = new Map([
  ['V', UPPER_VOWELS],
  ['C', UPPER_CONSONANTS],
  ['v', VOWELS],
  ['c', CONSONANTS],
  ['A', UPPER_VOWELS + UPPER_CONSONANTS],
  ['a', LETTERS],
  ['n', DIGITS],
  ['o', "@&%?,=[]_:-+*$#!'^~;()/."],
  ['x', `${LETTERS}${DIGITS}!@#$%^&*()`],
]);

/** Templates of the algorithm, by the kind of password. */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    (
      'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
      'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
      'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno'
    ).split(' '),
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
]);

/** What a site's password is made of. */
export interface PasswordRecipe {
  readonly counter: number;
  /** `maximum`, `long`, `medium`, `short`, `basic` or `pin`. */
  readonly kind: string;
  readonly masterPassword: Uint8Array;
  readonly user: Uint8Array;
  readonly site: Uint8Array;
}

/** Derives a site's password by the Master Password algorithm; an unknown kind gives a text that says so. */
export function derivePassword({ counter, kind, masterPassword, user, site }: PasswordRecipe): string {
  const templates = TEMPLATES.get(kind);
  if (templates === undefined) return `cannot find password template ${kind}`;
  const salt = Buffer.concat([Buffer.from(SEED), uint32(user.length), user]);
  const key = scryptSync(masterPassword, salt, 64, { N: 32_768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 });
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([Buffer.from(SEED), uint32(site.length), site, uint32(counter)]))
    .digest();
  const template = templates[seed.readUInt8(0) % templates.length] ?? '';
  return Array.from(template)
    .map((letter, index) => {
      const characters = CLASSES.get(letter) ?? '';
      return characters.charAt(seed.readUInt8(index + 1) % characters.length);
    })
    .join('');
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
