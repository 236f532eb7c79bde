/**
 * The values a Go template sees, as TypeScript data.
 *
 * Go's static types matter to templates (`eq 1 1.0` is an error, `%d` of a float64 is a bad verb), so a
 * JavaScript number alone will not do:
 *
 * | Go                       | here                                                        |
 * | ------------------------ | ----------------------------------------------------------- |
 * | nil interface            | `null`                                                      |
 * | bool                     | `boolean`                                                   |
 * | string                   | `string`; bytes that are not UTF-8 travel as U+DC80..U+DCFF  |
 * | float64                  | `number`                                                    |
 * | int, int64, uint8, ...   | {@link GoInt}                                               |
 * | []byte                   | `Uint8Array`                                                |
 * | map[string]T             | {@link GoMap}                                               |
 * | []T                      | {@link GoSlice}                                             |
 * | struct, pointer to struct | {@link GoObject}: an explicit table of fields and methods   |
 *
 * Nothing is looked up through JavaScript properties: a map key named `__proto__` is only a key.
 * A missing map entry or field is `undefined` (an invalid reflect.Value: prints `<no value>`), which is
 * not the same as a nil interface (prints `<nil>` through fmt).
 */
export type GoValue = null | boolean | number | string | GoInt | GoMap | GoSlice | GoObject | Uint8Array;

/** The integer types templates meet. `float64` is a plain `number`. */
export type GoIntKind =
  | 'int'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64';

/** A Go integer of one kind; `value` is always within that kind's range. */
export class GoInt {
  readonly kind: GoIntKind;
  readonly value: bigint;

  constructor(kind: GoIntKind, value: bigint) {
    this.kind = kind;
    this.value = value;
  }
}

/** A Go map with string keys, mutable as Go's maps are (`set`, `merge` change it in place). */
export class GoMap {
  /** Go's name of the type, such as `map[string]interface {}` or `common.Values`. */
  readonly typeName: string;
  readonly entries: Map<string, GoValue>;

  constructor(entries: Map<string, GoValue> = new Map(), typeName = 'map[string]interface {}') {
    this.entries = entries;
    this.typeName = typeName;
  }
}

/** A Go slice. `items` may be shared; functions that change a slice make a new one, as sprig's do. */
export class GoSlice {
  /** Go's name of the type, such as `[]interface {}`, `[]string` or `[]int`. */
  readonly typeName: string;
  readonly items: GoValue[];

  constructor(items: GoValue[] = [], typeName = '[]interface {}') {
    this.items = items;
    this.typeName = typeName;
  }
}

/** A method of a {@link GoObject}; the executor checks `parameters` as text/template does, by Go type name. */
export interface GoMethod {
  readonly parameters: readonly string[];
  readonly variadic?: boolean;
  readonly call: (...args: GoValue[]) => GoValue;
}

/**
 * A Go struct (or a map type with methods, such as `Files`): named fields and methods, nothing else.
 * A field that is not in the table is an error in a template, as for a Go struct.
 */
export interface GoObject {
  readonly goObject: true;
  readonly typeName: string;
  /** reflect.Kind of the value: `struct`, `ptr`, `map`, `slice`. */
  readonly kind: 'struct' | 'ptr' | 'map' | 'slice';
  readonly fields: ReadonlyMap<string, GoValue>;
  readonly methods: ReadonlyMap<string, GoMethod>;
  /** For kinds `map` and `slice`: what `range`, `index` and `len` see. */
  readonly elements?: GoMap | GoSlice;
  /** fmt.Stringer: what `%v` and `{{ . }}` print, if the type has one. */
  readonly toGoString?: () => string;
}
