import type { ByteRange } from '../content/registry-content.js';

/**
 * What a Range header asks of content of this size: a range that lies inside it, `whole` when there is no header
 * or it has to be ignored (other units, several ranges, malformed: RFC 9110 §14.2), or `unsatisfiable`.
 * `bytes=500-0` counts as unsatisfiable, as the OCI conformance suite wants it.
 */
export function selectRange(
  header: string | undefined,
  sizeBytes: number,
): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  const [first = '', last = ''] = match?.slice(1) ?? [];
  if (first === '' && last === '') return 'whole';
  const start = first === '' ? Math.max(sizeBytes - Number(last), 0) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start > end ? 'unsatisfiable' : { start, end };
}
