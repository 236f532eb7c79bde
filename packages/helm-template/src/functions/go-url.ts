import { isIPv6 } from 'node:net';
import { fromBytes, toBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { quote } from '../go/quote.js';

/** User and password of a URL; the password is `undefined` where there is no colon. */
export interface UserInfo {
  readonly username: string;
  readonly password?: string | undefined;
}

/** A URL in parts, decoded, as Go's `net/url` has them. */
export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  readonly user?: UserInfo | undefined;
  /** With the port; an IPv6 address in brackets. */
  readonly host: string;
  readonly path: string;
  readonly rawQuery: string;
  readonly fragment: string;
}

type Part = 'path' | 'user' | 'host' | 'zone' | 'fragment';

/** Characters that may stand as they are, besides letters, digits and `-_.~`. */
const SAFE: Readonly<Record<Part, string>> = {
  path: '$&+,/:;=@',
  user: '$&+,;=',
  host: '!$&\'()*+,;=:[]<>"',
  zone: '!$&\'()*+,;=:[]<>"',
  fragment: '$&+,/:;=?@!()*',
};

/**
 * Parses a URL as `url.Parse`.
 *
 * @throws GoError with Go's text, `parse "…": …`.
 */
export function parseUrl(text: string): GoUrl {
  const fail = (reason: string): GoError => new GoError(`parse ${quote(text)}: ${reason}`);
  try {
    const hash = text.indexOf('#');
    const fragment = hash < 0 ? '' : unescape(text.slice(hash + 1), 'fragment');
    return { ...parseWithoutFragment(hash < 0 ? text : text.slice(0, hash)), fragment };
  } catch (error) {
    if (error instanceof UrlError) throw fail(error.message);
    throw error;
  }
}

/** Prints a URL as `URL.String`, escaping what its parts need. */
export function formatUrl(url: GoUrl): string {
  let output = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') {
    output += url.opaque;
  } else {
    if (url.host !== '' || url.path !== '' || url.user !== undefined) {
      if (url.scheme !== '' || url.host !== '' || url.user !== undefined) output += '//';
    }
    if (url.user !== undefined) output += `${formatUser(url.user)}@`;
    output += escape(url.host, 'host');
    const path = url.path === '*' ? '*' : escape(url.path, 'path');
    if (path !== '' && !path.startsWith('/') && url.host !== '') output += '/';
    // Otherwise the first segment would read as a scheme.
    if (output === '' && (path.split('/')[0] ?? '').includes(':')) output += './';
    output += path;
  }
  if (url.rawQuery !== '') output += `?${url.rawQuery}`;
  return url.fragment === '' ? output : `${output}#${escape(url.fragment, 'fragment')}`;
}

/** Prints user and password as they stand before the `@`. */
export function formatUser({ username, password }: UserInfo): string {
  if (username === '' && password === undefined) return '';
  const name = escape(username, 'user');
  return password === undefined ? name : `${name}:${escape(password, 'user')}`;
}

/** The host without its port and brackets. */
export function hostnameOf(host: string): string {
  if (host.startsWith('[')) {
    const close = host.indexOf(']');
    return close < 0 ? host : host.slice(1, close);
  }
  return host.replace(/:\d*$/, '');
}

class UrlError extends Error {
  override readonly name = 'UrlError';
}

function parseWithoutFragment(text: string): Omit<GoUrl, 'fragment'> {
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new UrlError('net/url: invalid control character in URL');
  const none = { scheme: '', opaque: '', host: '', path: '', rawQuery: '' };
  if (text === '*') return { ...none, path: '*' };
  if (text.startsWith(':')) throw new UrlError('missing protocol scheme');
  const schemeText = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  const scheme = (schemeText ?? '').toLowerCase();
  let rest = schemeText === undefined ? text : text.slice(schemeText.length + 1);
  const question = rest.indexOf('?');
  const rawQuery = question < 0 ? '' : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...none, scheme, opaque: rest, rawQuery };
    if ((rest.split('/')[0] ?? '').includes(':')) {
      throw new UrlError('first path segment in URL cannot contain colon');
    }
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return { ...none, scheme, rawQuery, path: unescape(rest, 'path') };
  }
  const slash = rest.indexOf('/', 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  const path = slash < 0 ? '' : unescape(rest.slice(slash), 'path');
  return { ...none, scheme, rawQuery, path, ...parseAuthority(authority) };
}

function parseAuthority(authority: string): { readonly host: string; readonly user?: UserInfo | undefined } {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1));
  if (at < 0) return { host };
  const info = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(info)) throw new UrlError('net/url: invalid userinfo');
  const colon = info.indexOf(':');
  if (colon < 0) return { host, user: { username: unescape(info, 'user') } };
  const user = {
    username: unescape(info.slice(0, colon), 'user'),
    password: unescape(info.slice(colon + 1), 'user'),
  };
  return { host, user };
}

function parseHost(host: string): string {
  const open = host.lastIndexOf('[');
  if (open > 0) throw new UrlError('invalid IP-literal');
  if (open === 0) return parseBracketed(host);
  const colon = host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescape(host, 'host');
}

function parseBracketed(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new UrlError("missing ']' in host");
  checkPort(host.slice(close + 1));
  const name = host.slice(1, close);
  const zone = name.indexOf('%25');
  const address =
    zone < 0
      ? unescape(name, 'host')
      : unescape(name.slice(0, zone), 'host') + unescape(name.slice(zone), 'zone');
  if (!isIPv6(address)) throw new UrlError(`invalid host: ParseAddr(${quote(address)}): unable to parse IP`);
  return `[${address}]${host.slice(close + 1)}`;
}

function checkPort(colonPort: string): void {
  if (!/^(?::\d*)?$/.test(colonPort)) throw new UrlError(`invalid port ${quote(colonPort)} after host`);
}

function isSafe(character: string, part: Part): boolean {
  return /^[A-Za-z0-9\-_.~]$/.test(character) || SAFE[part].includes(character);
}

function unescape(text: string, part: Part): string {
  const inHost = part === 'host' || part === 'zone';
  const bytes: number[] = [];
  const source = toBytes(text);
  for (let index = 0; index < source.length; index++) {
    const byte = source[index] ?? 0;
    const character = String.fromCharCode(byte);
    if (character !== '%') {
      if (inHost && byte < 0x80 && !isSafe(character, part)) {
        throw new UrlError(`invalid character ${quote(character)} in host name`);
      }
      bytes.push(byte);
      continue;
    }
    const escaped = Buffer.from(source.subarray(index, index + 3)).toString('latin1');
    if (!/^%[0-9A-Fa-f]{2}$/.test(escaped)) throw new UrlError(`invalid URL escape ${quote(escaped)}`);
    const value = Number.parseInt(escaped.slice(1), 16);
    const allowed =
      part === 'zone'
        ? value === 0x20 || isSafe(String.fromCharCode(value), 'host')
        : part !== 'host' || value >= 0x80;
    if (!allowed && escaped !== '%25') throw new UrlError(`invalid URL escape ${quote(escaped)}`);
    bytes.push(value);
    index += 2;
  }
  return fromBytes(Uint8Array.from(bytes));
}

function escape(text: string, part: Part): string {
  let output = '';
  for (const byte of toBytes(text)) {
    const character = String.fromCharCode(byte);
    output += isSafe(character, part) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return output;
}
