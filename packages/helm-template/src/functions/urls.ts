import { GoError } from '../go/go-error.js';
import { kindOf } from '../go/kind.js';
import { GoMap, type GoValue } from '../go/value.js';
import { fixed, mapAt, STRING_MAP, stringAt, type FunctionEntries } from './define.js';
import { formatUrl, formatUser, hostnameOf, parseUrl } from './go-url.js';

/** URLs as maps of their parts, and back. */
export const urlFunctions: FunctionEntries = [
  ['urlParse', fixed(['string'], (args) => urlToMap(stringAt(args, 0)))],
  ['urlJoin', fixed([STRING_MAP], (args) => urlFromMap(mapAt(args, 0) ?? new GoMap()))],
];

function urlToMap(text: string): GoMap {
  let url;
  try {
    url = parseUrl(text);
  } catch (error) {
    if (error instanceof GoError)
      throw new GoError(`unable to parse url: ${error.message}`, { cause: error });
    throw error;
  }
  return new GoMap(
    new Map<string, GoValue>([
      ['scheme', url.scheme],
      ['host', url.host],
      ['hostname', hostnameOf(url.host)],
      ['path', url.path],
      ['query', url.rawQuery],
      ['opaque', url.opaque],
      ['fragment', url.fragment],
      ['userinfo', url.user === undefined ? '' : formatUser(url.user)],
    ]),
  );
}

function urlFromMap(map: GoMap): string {
  const part = (key: string): string => {
    const value = map.entries.get(key);
    if (value === undefined) return '';
    if (value === null) throw new GoError('runtime error: invalid memory address or nil pointer dereference');
    if (typeof value === 'string') return value;
    throw new GoError(`unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`);
  };
  const userinfo = part('userinfo');
  return formatUrl({
    scheme: part('scheme'),
    host: part('host'),
    path: part('path'),
    rawQuery: part('query'),
    opaque: part('opaque'),
    fragment: part('fragment'),
    user: userinfo === '' ? undefined : parseUrl(`proto://${userinfo}@host`).user,
  });
}
