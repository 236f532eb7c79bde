/** A plain JSON value. Objects have no prototype: a key such as `__proto__` is only a key. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object, as this package hands it out: without a prototype, keys in the order they were read. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
