import type { Reference } from './reference.js';

/** What follows the name in a reference: nothing, `:tag`, `@digest` or `:tag@digest`. */
export function formatVersion({ tag, digest }: Reference): string {
  return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}
