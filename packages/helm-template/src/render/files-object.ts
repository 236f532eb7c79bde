import { posix } from 'node:path';

import type { ChartFile } from '../chart/chart.js';
import { compileGlob, GlobError } from '../glob/glob.js';
import { compareStrings, fromBytes } from '../go/byte-string.js';
import { GoError } from '../go/go-error.js';
import { GoMap, type GoMethod, type GoObject, GoSlice, type GoValue } from '../go/value.js';
import { emitYaml } from '../yaml/emit.js';

type FileTable = ReadonlyMap<string, Uint8Array>;

/** What templates see as `.Files`: a map of bytes with methods. */
export function createFilesObject(files: readonly ChartFile[]): GoObject {
  return filesObject(new Map(files.map(({ name, data }) => [name, data])));
}

function filesObject(files: FileTable): GoObject {
  const elements = new GoMap(new Map<string, GoValue>(files), 'map[string][]uint8');
  return {
    goObject: true,
    typeName: 'engine.files',
    kind: 'map',
    fields: new Map(),
    methods: new Map<string, GoMethod>([
      ['Get', ofText((name) => fromBytes(files.get(name) ?? new Uint8Array()))],
      ['GetBytes', ofText((name) => files.get(name) ?? new Uint8Array())],
      ['Glob', ofText((pattern) => filesObject(select(files, pattern)))],
      ['Lines', ofText((name) => lines(files.get(name)))],
      ['AsConfig', { parameters: [], call: () => asYaml(files, fromBytes) }],
      ['AsSecrets', { parameters: [], call: () => asYaml(files, toBase64) }],
    ]),
    elements,
  };
}

/** A method of one string parameter. */
function ofText(call: (text: string) => GoValue): GoMethod {
  return { parameters: ['string'], call: (text) => call(typeof text === 'string' ? text : '') };
}

function toBase64(data: Uint8Array): string {
  return Buffer.from(data).toString('base64');
}

/** A pattern that cannot be read selects everything, as in Helm. */
function select(files: FileTable, pattern: string): FileTable {
  let matches: (name: string) => boolean;
  try {
    matches = compileGlob(pattern);
  } catch (error) {
    if (!(error instanceof GlobError)) throw error;
    return files;
  }
  return new Map([...files].filter(([name]) => matches(name)));
}

function lines(data: Uint8Array | undefined): GoSlice {
  if (data === undefined) return new GoSlice([], '[]string');
  if (data.length === 0) throw new GoError('runtime error: index out of range [-1]');
  return new GoSlice(fromBytes(data).replace(/\n$/, '').split('\n'), '[]string');
}

function asYaml(files: FileTable, toText: (data: Uint8Array) => string): string {
  const sorted = [...files].sort(([a], [b]) => compareStrings(a, b));
  const entries = new Map<string, GoValue>(
    sorted.map(([name, data]) => [posix.basename(name), toText(data)]),
  );
  try {
    return emitYaml(new GoMap(entries, 'map[string]string')).replace(/\n$/, '');
  } catch {
    // Helm's toYAML gives no text where it cannot marshal.
    return '';
  }
}
