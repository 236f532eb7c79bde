import { HelmTemplateError } from '../errors.js';
import { fromBytes } from '../go/byte-string.js';

const BLOCK = 512;

/** One entry of a tar archive; `data` is a view of the archive's bytes. */
export interface TarEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** The type flag: `0` file, `2` symbolic link, `5` directory, … */
  readonly type: string;
  readonly data: Uint8Array;
}

/**
 * The entries of an unpacked tar archive: ustar, GNU long names and PAX headers.
 *
 * @throws HelmTemplateError `HELM_CHART_INVALID` for a broken archive
 */
export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  let offset = 0;
  let longName: string | undefined;
  let pax: ReadonlyMap<string, string> = new Map();
  while (offset + BLOCK <= archive.length) {
    const header = archive.subarray(offset, offset + BLOCK);
    offset += BLOCK;
    if (header.every((byte) => byte === 0)) return;
    checkSum(header);
    const type = header[156] === 0 ? '0' : String.fromCharCode(header[156] ?? 0);
    const paxSize = pax.get('size');
    const sizeBytes = paxSize === undefined ? readNumber(header, 124, 12) : Number(paxSize);
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw broken('an entry has no valid size');
    const stored = type >= '1' && type <= '6' ? 0 : sizeBytes;
    if (offset + stored > archive.length) throw broken('it ends too early');
    const data = archive.subarray(offset, offset + stored);
    offset += Math.ceil(stored / BLOCK) * BLOCK;
    if (type === 'x') {
      pax = parsePax(data);
    } else if (type === 'L') {
      longName = fromBytes(data).replace(/\0.*$/s, '');
    } else if (type === 'S' || pax.has('GNU.sparse.major')) {
      throw broken('it holds sparse files, which are not supported');
    } else if (type !== 'g' && type !== 'K') {
      yield { name: pax.get('path') ?? longName ?? readName(header), sizeBytes: stored, type, data };
      longName = undefined;
      pax = new Map();
    }
  }
}

function readName(header: Uint8Array): string {
  const name = readText(header, 0, 100);
  const isUstar = readText(header, 257, 6).startsWith('ustar') && header[262] === 0;
  const prefix = isUstar ? readText(header, 345, 155) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function readText(header: Uint8Array, offset: number, length: number): string {
  const field = header.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return fromBytes(end === -1 ? field : field.subarray(0, end));
}

function readNumber(header: Uint8Array, offset: number, length: number): number {
  const first = header[offset] ?? 0;
  if ((first & 0x80) !== 0) {
    let value = first & 0x7f;
    for (let index = 1; index < length; index++) value = value * 256 + (header[offset + index] ?? 0);
    return value;
  }
  const text = readText(header, offset, length).trim();
  if (!/^[0-7]*$/.test(text)) throw broken('a header has no valid number');
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function checkSum(header: Uint8Array): void {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++)
    sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  if (sum !== readNumber(header, 148, 8)) throw broken('a header has a wrong checksum');
}

function parsePax(data: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let offset = 0; offset < data.length;) {
    const space = data.indexOf(0x20, offset);
    const length = Number(fromBytes(data.subarray(offset, space)));
    if (space === -1 || !Number.isSafeInteger(length) || length <= space - offset)
      throw broken('a PAX header is broken');
    const record = fromBytes(data.subarray(space + 1, offset + length - 1));
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    offset += length;
  }
  return records;
}

function broken(problem: string): HelmTemplateError {
  return new HelmTemplateError('HELM_CHART_INVALID', `the chart archive is broken: ${problem}`);
}
