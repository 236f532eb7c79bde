import { RegistryError } from '../http/registry-error.js';

/** A part of a sorted list, and the query of the next part if there is one. */
export interface Page {
  readonly items: readonly string[];
  readonly next: string | undefined;
}

/**
 * The page of a sorted list that `n` and `last` ask for; `last` need not be in the list.
 * @throws RegistryError 400 `PAGINATION_NUMBER_INVALID`
 */
export function selectPage(items: readonly string[], query: URLSearchParams, pageSize: number): Page {
  const text = query.get('n');
  if (text !== null && !/^\d{1,9}$/.test(text)) {
    throw new RegistryError(400, 'PAGINATION_NUMBER_INVALID', 'n is not a number');
  }
  const size = Math.min(text === null ? pageSize : Number(text), pageSize);
  const after = query.get('last');
  const rest = after === null ? items : items.filter((item) => item > after);
  const page = rest.slice(0, size);
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { items: page, next: undefined };
  return { items: page, next: `n=${size}&last=${encodeURIComponent(last)}` };
}

/** The Link header of a page (RFC 8288), relative to the origin. */
export function linkHeader(path: string, next: string | undefined): Record<string, string> {
  return next === undefined ? {} : { link: `<${path}?${next}>; rel="next"` };
}
