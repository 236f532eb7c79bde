import { GoInt, type GoIntKind } from './value.js';

const widths: Readonly<Record<GoIntKind, number>> = {
  int: 64,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
};

/** Whether values of this kind are never negative. */
export function isUnsignedKind(kind: GoIntKind): boolean {
  return kind.startsWith('u');
}

/** Whether a Go type name is an integer kind. */
export function isIntKind(name: string): name is GoIntKind {
  return Object.hasOwn(widths, name);
}

/** An integer of the kind, wrapped around its width as a Go conversion does. */
export function goInt(kind: GoIntKind, value: bigint | number): GoInt {
  const big = typeof value === 'bigint' ? value : BigInt(value);
  return new GoInt(
    kind,
    isUnsignedKind(kind) ? BigInt.asUintN(widths[kind], big) : BigInt.asIntN(widths[kind], big),
  );
}

/** Whether the value can be held by the kind without wrapping. */
export function fitsInt(kind: GoIntKind, value: bigint): boolean {
  return goInt(kind, value).value === value;
}
