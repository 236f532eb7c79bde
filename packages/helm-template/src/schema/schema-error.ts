/** A schema that santhosh-tekuri/jsonschema, which Helm uses, would not compile. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}
