import { compareStrings } from './byte-string.js';
import { deepEqual } from './deep-equal.js';
import { GoError } from './go-error.js';
import { sprintf } from './format.js';
import { isUnsignedKind } from './integer.js';
import { isGoObject, kindOf, typeOf } from './kind.js';
import { GoInt, type GoValue } from './value.js';

type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'string' | 'other';

function basicKind(value: GoValue | undefined): BasicKind {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'boolean') return 'bool';
  if (value instanceof GoInt) return isUnsignedKind(value.kind) ? 'uint' : 'int';
  return 'other';
}

/**
 * text/template's `eq` of two values. Integers of any kind compare by value; nil equals only nil.
 *
 * @throws GoError for different kinds (`eq 1 1.0`) and for values Go cannot compare (maps, slices).
 */
export function templateEqual(left: GoValue | undefined, right: GoValue | undefined): boolean {
  const leftKind = basicKind(left);
  const rightKind = basicKind(right);
  if (left instanceof GoInt && right instanceof GoInt) return left.value === right.value;
  const leftMissing = left === null || left === undefined;
  const rightMissing = right === null || right === undefined;
  if (leftKind !== rightKind) {
    if (leftMissing || rightMissing) return false;
    throw incompatible(left, right);
  }
  if (leftKind !== 'other') return left === right;
  if (leftMissing || rightMissing) return leftMissing === rightMissing;
  return equalOthers(left, right);
}

function incompatible(left: GoValue | undefined, right: GoValue | undefined): GoError {
  return new GoError(`incompatible types for comparison: ${typeOf(left)} and ${typeOf(right)}`);
}

function equalOthers(left: GoValue, right: GoValue): boolean {
  if (kindOf(left) !== kindOf(right)) {
    const text = sprintf('%s: %v, %s: %v', [left, typeOf(left), typeOf(right), right]);
    throw new GoError(`non-comparable types ${text}`);
  }
  if (!isGoObject(right) || right.elements !== undefined) {
    throw new GoError(`non-comparable type ${sprintf('%s', [right])}: ${typeOf(right)}`);
  }
  return right.kind === 'ptr' ? left === right : deepEqual(left, right);
}

/**
 * text/template's `lt`: whether `left` is below `right`.
 *
 * @throws GoError for bool, nil, maps and slices, and for different kinds.
 */
export function templateLess(left: GoValue | undefined, right: GoValue | undefined): boolean {
  const leftKind = basicKind(left);
  const rightKind = basicKind(right);
  if (leftKind === 'other' || rightKind === 'other') throw new GoError('invalid type for comparison');
  if (left instanceof GoInt && right instanceof GoInt) return left.value < right.value;
  if (leftKind !== rightKind) throw incompatible(left, right);
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right) < 0;
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  throw new GoError('invalid type for comparison');
}
