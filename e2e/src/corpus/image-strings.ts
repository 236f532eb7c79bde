/** A reference with a registry or path, and a tag or digest. */
const REFERENCE = /^[a-z0-9][\w.-]*(?::\d+)?(?:\/[\w.-]+)+(?::[\w][\w.-]*|@sha256:[0-9a-f]{64})$/i;

/**
 * Every string of a document that names an image: values of keys that end in `image`, and strings anywhere that
 * look like a full reference. Sorted, with duplicates.
 */
export function imageStrings(document: unknown): string[] {
  const found: string[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      if (/image$/i.test(key) || REFERENCE.test(value)) found.push(value);
    } else if (Array.isArray(value)) {
      for (const item of value) visit(item, key);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) visit(item, name);
    }
  };
  visit(document, '');
  return found.sort();
}
