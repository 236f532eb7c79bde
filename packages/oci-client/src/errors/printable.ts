const longestText = 2000;

/**
 * Text from outside (a registry's message, a header, an annotation), made safe to print: control
 * characters, among them terminal escapes, line breaks and Unicode direction marks, become spaces; long
 * text is cut at 2 000 characters.
 */
export function printable(text: string): string {
  const cut = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return cut.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim();
}
