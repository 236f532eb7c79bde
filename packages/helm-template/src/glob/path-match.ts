/** A pattern that Go's path/filepath cannot read. */
export class BadPatternError extends Error {
  override readonly name = 'BadPatternError';

  constructor() {
    super('syntax error in pattern');
  }
}

/**
 * Go's filepath.Match: `*` and `?` stop at `/`, `[a-z]` and `[^a-z]`, `\` escapes. Patterns are compiled without
 * regular expressions, so that no pattern is slow.
 *
 * @throws BadPatternError
 */
export function compilePathPattern(pattern: string): (name: string) => boolean {
  const parts = parsePattern(Array.from(pattern));
  return (name) => matches(parts, Array.from(name));
}

type Part = '*' | ((character: string) => boolean);

function parsePattern(pattern: readonly string[]): Part[] {
  const parts: Part[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index] ?? '';
    if (character === '*') {
      if (parts.at(-1) !== '*') parts.push('*');
    } else if (character === '?') {
      parts.push((other) => other !== '/');
    } else if (character === '[') {
      const { test, end } = parseClass(pattern, index + 1);
      parts.push(test);
      index = end;
    } else {
      if (character === '\\') index += 1;
      const literal = pattern[index];
      if (literal === undefined) throw new BadPatternError();
      parts.push((other) => other === literal);
    }
  }
  return parts;
}

function parseClass(
  pattern: readonly string[],
  start: number,
): { readonly test: (character: string) => boolean; readonly end: number } {
  const ranges: (readonly [number, number])[] = [];
  const negated = pattern[start] === '^';
  let index = negated ? start + 1 : start;
  const readCharacter = (): number => {
    if (pattern[index] === '\\') index += 1;
    else if (pattern[index] === '-' || pattern[index] === ']') throw new BadPatternError();
    const character = pattern[index];
    index += 1;
    if (character === undefined || pattern[index] === undefined) throw new BadPatternError();
    return character.codePointAt(0) ?? 0;
  };
  while (pattern[index] !== ']' || ranges.length === 0) {
    const low = readCharacter();
    let high = low;
    if (pattern[index] === '-') {
      index += 1;
      high = readCharacter();
    }
    ranges.push([low, high]);
  }
  const test = (character: string): boolean => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
  };
  return { test, end: index };
}

/** Greedy matching with one point of return: linear in pattern times name. */
function matches(parts: readonly Part[], name: readonly string[]): boolean {
  let part = 0;
  let position = 0;
  let starPart = -1;
  let starPosition = 0;
  while (position < name.length || part < parts.length) {
    const current = parts[part];
    const character = name[position];
    if (current === '*') {
      starPart = part;
      starPosition = position;
      part += 1;
    } else if (current !== undefined && character !== undefined && current(character)) {
      part += 1;
      position += 1;
    } else {
      if (starPart === -1 || starPosition >= name.length || name[starPosition] === '/') return false;
      starPosition += 1;
      position = starPosition;
      part = starPart + 1;
    }
  }
  return true;
}
