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
  ['uri', isUri],
  ['iri', isUri],
  ['uri-reference', isUriReference],
  ['iri-reference', isUriReference],
  ['uri-template', (text) => isUriReference(text) && /^[^{}]*(?:\{[^{}]*\}[^{}]*)*$/.test(text)],
  ['duration', isDuration],
  ['period', isPeriod],
  ['semver', isSemver],
  ['relative-json-pointer', (text) => /^(?:0|[1-9][0-9]*)(?:#|(?:\/(?:[^~/]|~[01])*)*)$/.test(text)],
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

function isUri(text: string): boolean {
  return /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && isUriReference(text);
}

/** What Go's url.Parse takes: spaces are allowed in a path, but not in a host. */
function isUriReference(text: string): boolean {
  if (/[\u0000-\u001f\u007f\\]|%(?![0-9a-fA-F]{2})/.test(text)) return false;
  const authority = /^(?:[a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/([^/?#]*)/.exec(text)?.[1] ?? '';
  return !/[\s<>"^`{|}]/.test(authority) && (authority === '' || URL.canParse(`http://${authority}/`));
}

function isDuration(text: string): boolean {
  const isSpan =
    /^P(?!$)(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?!$)(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+S)?)?$/.test(text);
  return isSpan || /^P[0-9]+W$/.test(text);
}

/** Two ends, or one end and how long it takes. */
function isPeriod(text: string): boolean {
  const [start = '', end, more] = text.split('/');
  if (end === undefined || more !== undefined) return false;
  if (start.startsWith('P')) return isDuration(start) && isDateTime(end);
  return isDateTime(start) && (isDuration(end) || isDateTime(end));
}

function isSemver(text: string): boolean {
  return /^(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/.test(text);
}

function isRegex(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch {
    return false;
  }
}
