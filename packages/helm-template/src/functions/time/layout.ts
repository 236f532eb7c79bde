/** The elements of a Go time layout. Names say what the element prints for Go's reference time. */
export type LayoutElement =
  | 'January'
  | 'Jan'
  | '1'
  | '01'
  | 'Monday'
  | 'Mon'
  | '2'
  | '_2'
  | '02'
  | '__2'
  | '002'
  | '15'
  | '3'
  | '03'
  | '4'
  | '04'
  | '5'
  | '05'
  | '2006'
  | '06'
  | 'PM'
  | 'pm'
  | 'MST'
  | 'Z0700'
  | 'Z070000'
  | 'Z07'
  | 'Z07:00'
  | 'Z07:00:00'
  | '-0700'
  | '-070000'
  | '-07'
  | '-07:00'
  | '-07:00:00'
  | 'fraction0'
  | 'fraction9';

/** One piece of a layout: text to copy, or an element. */
export type LayoutPiece =
  | { readonly literal: string }
  | { readonly element: LayoutElement; readonly text: string };

// Longest first where one is the beginning of another; the order is that of Go's own scanner.
const ZONE_ELEMENTS: readonly LayoutElement[] = [
  '-070000',
  '-07:00:00',
  '-0700',
  '-07:00',
  '-07',
  'Z070000',
  'Z07:00:00',
  'Z0700',
  'Z07:00',
  'Z07',
];
const PLAIN_ELEMENTS: readonly LayoutElement[] = [
  'January',
  'Monday',
  'MST',
  '002',
  '01',
  '02',
  '03',
  '04',
  '05',
  '06',
  '15',
  '1',
  '2006',
  '2',
  '__2',
  '3',
  '4',
  '5',
  'PM',
  'pm',
];

/** Splits a Go layout into literals and elements, as the `time` package's scanner does. */
export function parseLayout(layout: string): LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let literal = '';
  let index = 0;
  while (index < layout.length) {
    const found = elementAt(layout, index);
    if (found === undefined) {
      literal += layout.charAt(index);
      index += 1;
      continue;
    }
    // In `_2006` the underscore is text, not the padding of a day.
    if (found.element === '_2' && layout.startsWith('_2006', index)) {
      literal += '_';
      index += 1;
      continue;
    }
    if (literal !== '') pieces.push({ literal });
    literal = '';
    pieces.push(found);
    index += found.text.length;
  }
  if (literal !== '') pieces.push({ literal });
  return pieces;
}

function elementAt(
  layout: string,
  index: number,
): { readonly element: LayoutElement; readonly text: string } | undefined {
  const fraction = fractionAt(layout, index);
  if (fraction !== undefined) return fraction;
  for (const element of ZONE_ELEMENTS) {
    if (layout.startsWith(element, index)) return { element, text: element };
  }
  for (const element of PLAIN_ELEMENTS) {
    if (layout.startsWith(element, index)) return { element, text: element };
  }
  for (const element of ['Jan', 'Mon'] as const) {
    if (layout.startsWith(element, index) && !/[a-z]/.test(layout.charAt(index + 3))) {
      return { element, text: element };
    }
  }
  return layout.startsWith('_2', index) ? { element: '_2', text: '_2' } : undefined;
}

/** `.000` or `,999`: fractional seconds, unless a digit follows. */
function fractionAt(
  layout: string,
  index: number,
): { readonly element: LayoutElement; readonly text: string } | undefined {
  const text = /^[.,](?:0+|9+)(?!\d)/.exec(layout.slice(index, index + 64))?.[0];
  if (text === undefined) return undefined;
  return { element: text.charAt(1) === '0' ? 'fraction0' : 'fraction9', text };
}
