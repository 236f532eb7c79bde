import { isIPv4, isIPv6 } from 'node:net';

import { RE2JS } from 're2js';

import { isTimestamp } from '../yaml/timestamp.js';

/**
 * Formats of strings that are checked for schemas up to draft 7; later drafts only note them. A format that is not
 * here is not checked.
 */
export const FORMATS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['ipv4', isIPv4],
  ['ipv6', (text) => isIPv6(text) && !text.includes('%')],
  ['hostname', isHostname],
  ['email', isEmail],
  ['date', (text) => /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(text) && isTimestamp(text)],
  ['time', isTime],
  ['date-time', isDateTime],
  ['uri', (text) => /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && isUriReference(text)],
  ['uri-reference', isUriReference],
  ['regex', isRegex],
  ['uuid', (text) => /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text)],
  ['json-pointer', (text) => /^(?:\/(?:[^~/]|~[01])*)*$/.test(text)],
]);

function isHostname(text: string): boolean {
  const name = text.replace(/\.$/, '');
  return (
    name.length <= 253 &&
    name.split('.').every((label) => /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/.test(label))
  );
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = text.slice(at + 1);
  if (at < 1 || text.length > 254 || local.length > 64) return false;
  const isLocal = /^".*"$/s.test(local) || /^[a-zA-Z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(local);
  if (!isLocal || /^\.|\.\.|\.$/.test(local)) return false;
  const literal = /^\[(?:IPv6:)?(.+)\]$/.exec(domain)?.[1];
  return literal === undefined ? isHostname(domain) : isIPv4(literal) || isIPv6(literal);
}

function isTime(text: string): boolean {
  return isDateTime(`2000-01-01T${text}`);
}

function isDateTime(text: string): boolean {
  if (
    !/^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[-+][0-9]{2}:[0-9]{2})$/.test(
      text,
    )
  ) {
    return false;
  }
  // A leap second is the last of a day.
  return isTimestamp(text.toUpperCase().replace(/T23:59:60/, 'T23:59:59'));
}

function isUriReference(text: string): boolean {
  return !/[\s\\<>^`{|}"]|%(?![0-9a-fA-F]{2})/.test(text) && URL.canParse(text, 'http://localhost/');
}

function isRegex(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}
