import type { JsonObject } from '../yaml/json-value.js';

/** A values file that is in memory; `name` is for messages. */
export interface ValuesText {
  readonly name: string;
  readonly text: string;
}

/**
 * Where a user's values come from. They are merged in Helm's order, whatever the order of the flags:
 * `values`, `valuesFiles`, `setJson`, `set`, `setString`, `setFile`, `setLiteral`; later ones win.
 */
export interface ValuesSources {
  /** An object, as if it were the first values file. */
  readonly values?: JsonObject | undefined;
  /** Paths (`-` is not supported) or texts of YAML files, several documents allowed. */
  readonly valuesFiles?: readonly (string | ValuesText)[] | undefined;
  /** `--set-json` expressions. */
  readonly setJson?: readonly string[] | undefined;
  /** `--set` expressions. */
  readonly set?: readonly string[] | undefined;
  /** `--set-string` expressions. */
  readonly setString?: readonly string[] | undefined;
  /** `--set-file` expressions: `key=path`. */
  readonly setFile?: readonly string[] | undefined;
  /** `--set-literal` expressions. */
  readonly setLiteral?: readonly string[] | undefined;
}
