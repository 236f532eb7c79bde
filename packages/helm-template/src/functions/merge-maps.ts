import type { GoMap } from '../go/value.js';
import { isEmpty } from './defaults.js';
import { asMap } from './define.js';

/**
 * Merges `source` into `target` in place, with the rules of mergo that sprig's `merge` and `mergeOverwrite` have:
 *
 * - without `overwrite` only what is missing or empty (nil, "", 0, false, no elements) in `target` is set;
 * - with it every key of `source` replaces, even by an empty value or nil;
 * - maps on both sides are merged key by key; a map taken over as a whole stays shared with `source`.
 */
export function mergeMaps(target: GoMap, source: GoMap, overwrite: boolean): void {
  for (const [key, value] of source.entries) {
    const current = target.entries.get(key);
    if (value === null) {
      if (overwrite) target.entries.set(key, null);
      continue;
    }
    const currentMap = current === undefined ? undefined : asMap(current);
    const valueMap = asMap(value);
    if (currentMap !== undefined && valueMap !== undefined) {
      if (currentMap !== valueMap) mergeMaps(currentMap, valueMap, overwrite);
      // Two empty maps: the source's own map takes the place, and is shared from then on.
      if (currentMap.entries.size > 0) continue;
    }
    if (overwrite || current === undefined || isEmpty(current)) target.entries.set(key, value);
  }
}
