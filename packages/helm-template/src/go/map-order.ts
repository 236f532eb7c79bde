import { compareStrings } from './byte-string.js';
import type { GoMap } from './value.js';

const beyondBasic = /[\uD800-\uFFFF]/;

/** A map's keys in the order in which Go's `range`, printing and encoding/json go through them: bytewise. */
export function sortedKeys(map: GoMap): string[] {
  const keys = [...map.entries.keys()];
  if (keys.length < 2) return keys;
  // UTF-16 order is byte order below the surrogates.
  return keys.some((key) => beyondBasic.test(key)) ? keys.sort(compareStrings) : keys.sort();
}
