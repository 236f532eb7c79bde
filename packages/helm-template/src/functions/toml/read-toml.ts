import { parse, TomlDate, TomlError, type TomlValue } from 'smol-toml';
import { GoError } from '../../go/go-error.js';
import { GoInt, GoMap, GoSlice, type GoValue } from '../../go/value.js';
import { GoTime } from '../time/go-time.js';
import { fixedZone, UTC, type Zone } from '../time/zone.js';

/**
 * Reads a TOML document into a map: integers are int64, a list of tables is a `[]map[string]interface {}`.
 *
 * @param local - the zone of dates without an offset.
 * @throws GoError with the place of the mistake; its wording is not BurntSushi's.
 */
export function readToml(text: string, local: Zone): GoMap {
  try {
    return tableOf(parse(text, { integersAsBigInt: true }), local);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0] ?? '';
    throw new GoError(`toml: line ${error.line}: ${reason}`, { cause: error });
  }
}

function tableOf(table: object, local: Zone): GoMap {
  const entries = Object.entries(table) as [string, TomlValue][];
  return new GoMap(new Map(entries.map(([key, value]) => [key, valueOf(value, local)])));
}

function valueOf(value: TomlValue, local: Zone): GoValue {
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) throw new GoError(`toml: ${value} is out of range for int64`);
    return new GoInt('int64', value);
  }
  if (typeof value !== 'object') return value;
  if (value instanceof TomlDate) return timeOf(value, local);
  if (!Array.isArray(value)) return tableOf(value, local);
  const items = value.map((item) => valueOf(item, local));
  const onlyTables = items.length > 0 && items.every((item) => item instanceof GoMap);
  return new GoSlice(items, onlyTables ? '[]map[string]interface {}' : '[]interface {}');
}

function timeOf(date: TomlDate, local: Zone): GoTime {
  const offset = /([+-])(\d\d):(\d\d)$/.exec(date.toISOString());
  let zone = UTC;
  if (date.isLocal()) zone = local;
  else if (offset !== null) {
    const [, sign, hours, minutes] = offset;
    zone = fixedZone('', (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60));
  }
  return new GoTime({ unixNanos: BigInt(date.getTime()) * 1_000_000n, zone }, local);
}
