import type { Discovery } from './discovery.js';

/** What one source came to, in the form of the whole; images not merged yet. */
export type Findings = Discovery;

/** Nothing found. */
export const emptyFindings: Findings = {
  images: [],
  potential: [],
  unresolved: [],
  fallbacks: [],
  failures: [],
  entriesWithoutImage: [],
  notes: [],
  charts: [],
};
