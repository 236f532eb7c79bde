/** The flags, width and precision of one formatting directive, as fmt keeps them. */
export interface FormatSpec {
  plus: boolean;
  minus: boolean;
  sharp: boolean;
  space: boolean;
  zero: boolean;
  /** `%+v`: field names in structs. */
  plusV: boolean;
  /** `%#v`: Go syntax. */
  sharpV: boolean;
  width: number | undefined;
  precision: number | undefined;
  /** Elements of maps and slices formatted so far; see {@link countElements}. */
  elements: number;
}

/** More elements than any real value has. One that contains itself many times over would never end without a limit. */
const maxElements = 10_000_000;

/** A directive without flags. */
export function emptySpec(): FormatSpec {
  return {
    plus: false,
    minus: false,
    sharp: false,
    space: false,
    zero: false,
    plusV: false,
    sharpV: false,
    width: undefined,
    precision: undefined,
    elements: 0,
  };
}

/** Pads to the width, which counts characters; a byte that is not UTF-8 counts as one. */
export function pad(text: string, spec: FormatSpec, zero: boolean = spec.zero): string {
  if (spec.width === undefined) return text;
  const missing = spec.width - characterCount(text);
  if (missing <= 0) return text;
  if (spec.minus) return text + ' '.repeat(missing);
  return (zero ? '0' : ' ').repeat(missing) + text;
}

/** Characters of a Go string, as utf8.RuneCountInString counts them. */
function characterCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800) count -= 1;
  }
  return count;
}

/**
 * Counts elements of a map or slice that are about to be formatted.
 *
 * @throws RangeError when there are too many, as for a string that is too long.
 */
export function countElements(count: number, spec: FormatSpec): void {
  spec.elements += count;
  if (spec.elements > maxElements) throw new RangeError('the value is too large to print');
}
