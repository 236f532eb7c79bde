import { GoMap, GoSlice, type GoValue } from './value.js';

/**
 * A slice that is nil but has a type, such as what `rest` gives for an empty list: it has no elements and is
 * `null` in JSON and YAML, where an empty slice is `[]`.
 */
export class NilGoSlice extends GoSlice {
  constructor(typeName = '[]interface {}') {
    const none: GoValue[] = [];
    super(none, typeName);
  }
}

/**
 * A map that is nil but has a type, such as what `fromYaml ""` gives: it reads as empty, is `null` in JSON and
 * YAML, and cannot be written to.
 */
export class NilGoMap extends GoMap {
  constructor(typeName = 'map[string]interface {}') {
    super(new Map(), typeName);
  }
}
