import { GoInt, type GoIntKind } from './value.js';

/** A Go integer type with a name and a `String` method: `time.Month`, `time.Weekday`, `time.Duration`. */
export class NamedGoInt extends GoInt {
  readonly typeName: string;
  readonly toGoString: () => string;

  constructor(typeName: string, kind: GoIntKind, value: bigint, toGoString: () => string) {
    super(kind, value);
    this.typeName = typeName;
    this.toGoString = toGoString;
  }
}
