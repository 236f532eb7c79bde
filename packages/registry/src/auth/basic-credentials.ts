import { timingSafeEqual } from 'node:crypto';
import { computeDigest } from '../content/running-digest.js';
import type { RegistryUsers } from '../registry-options.js';

/** The user and password of a Basic Authorization header (RFC 7617); undefined when it is something else. */
export function parseBasic(header: string | undefined): { user: string; password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/=_-]+)$/i.exec(header ?? '');
  const decoded = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Whether a password is the right one for a user. */
export function passwordMatches(users: RegistryUsers, user: string, password: string): boolean {
  if (typeof users === 'function') return users(user, password);
  const expected = Object.hasOwn(users, user) ? users[user] : undefined;
  return expected !== undefined && timingSafeEqual(fingerprint(expected), fingerprint(password));
}

function fingerprint(text: string): Buffer {
  return Buffer.from(computeDigest(Buffer.from(text)));
}
