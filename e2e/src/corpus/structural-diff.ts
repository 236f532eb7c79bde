/** A place in a document where two sides differ. */
export interface Difference {
  /** Such as `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** All places where two pieces of plain data differ; maps are compared by key, lists by position. */
export function differences(expected: unknown, actual: unknown, path = ''): Difference[] {
  if (Object.is(expected, actual)) return [];
  if (Array.isArray(expected) && Array.isArray(actual) && expected.length === actual.length) {
    return expected.flatMap((item, index) => differences(item, actual[index], `${path}[${index}]`));
  }
  if (isMap(expected) && isMap(actual)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...keys].flatMap((key) => {
      const inner = path === '' ? key : `${path}.${key}`;
      if (Object.hasOwn(expected, key) !== Object.hasOwn(actual, key)) {
        return [{ path: inner, expected: expected[key], actual: actual[key] }];
      }
      return differences(expected[key], actual[key], inner);
    });
  }
  if (expected instanceof Date && actual instanceof Date && +expected === +actual) return [];
  return [{ path, expected, actual }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
