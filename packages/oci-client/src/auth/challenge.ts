/** One challenge of a `WWW-Authenticate` header. RFC 9110, section 11.3. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** By lower-case name; the first of a repeated one counts. */
  readonly parameters: ReadonlyMap<string, string>;
}

const longestHeader = 16 * 1024;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const token68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const separators = /[ \t,]*/y;
const spaces = /[ \t]*/y;
const equals = /[ \t]*=[ \t]*/y;
const quoted = /"((?:[^"\\]|\\[^])*)"/y;

/**
 * The challenges of all `WWW-Authenticate` headers of an answer, in order: several in one header, quoted
 * strings with commas and escapes, and schemes without parameters are understood. What is malformed ends its
 * header; it never throws.
 */
export function parseChallenges(headers: readonly string[]): readonly Challenge[] {
  return headers.flatMap((text) => parseHeader(text.slice(0, longestHeader)));
}

function parseHeader(text: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    position = pattern.lastIndex;
    return match;
  };
  for (;;) {
    take(separators);
    const name = take(token)?.[0].toLowerCase();
    if (name === undefined) return challenges;
    const current = challenges.at(-1);
    if (take(equals) !== undefined) {
      const value = take(quoted)?.[1]?.replaceAll(/\\([^])/g, '$1') ?? take(token)?.[0];
      if (current === undefined || value === undefined) return challenges;
      if (!current.parameters.has(name)) current.parameters.set(name, value);
      continue;
    }
    challenges.push({ scheme: name, parameters: new Map() });
    take(spaces);
    // Some schemes (Negotiate) carry one opaque value, which may look like the start of a parameter.
    take(token68);
  }
}
