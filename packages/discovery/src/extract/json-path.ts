/** A path with one more key: `.key` where that is plain, else `["key"]`. */
export function atKey(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$-]*$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' || path.endsWith('#') ? `${path}${key}` : `${path}.${key}`;
}

/** A path with a position in a list, from 0. */
export function atIndex(path: string, index: number): string {
  return `${path}[${index}]`;
}
