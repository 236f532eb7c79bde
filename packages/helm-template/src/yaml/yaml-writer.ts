/** The two emitters Helm uses: goyaml.v2 for `toYaml`, yaml.v3 for `toYamlPretty`. */
export type YamlDialect = 'v2' | 'v3';

/** What libyaml's emitter keeps while it writes: the column, and what the last character was. */
export class YamlWriter {
  readonly dialect: YamlDialect;
  /** Column after which text is folded at the next space. */
  readonly width: number;
  /** Columns of the current block, -1 outside any. */
  indent = -1;
  column = 0;
  /** The last thing written was white space, so that no more is needed before an indicator. */
  afterSpace = true;
  /** Only indentation and indicators such as `- ` have been written on this line. */
  atIndentation = true;
  readonly #parts: string[] = [];

  constructor(dialect: YamlDialect) {
    this.dialect = dialect;
    this.width = dialect === 'v2' ? 80 : Number.POSITIVE_INFINITY;
  }

  /** Text without line breaks. */
  put(text: string): void {
    this.#parts.push(text);
    this.column += text.length;
  }

  putBreak(lineBreak: string): void {
    this.#parts.push(lineBreak);
    this.column = 0;
  }

  /** Moves to the indentation of the current block, on a new line unless this one is still empty. */
  writeIndent(): void {
    const indent = Math.max(this.indent, 0);
    const beyond = this.column > indent || (this.column === indent && !this.afterSpace);
    if (!this.atIndentation || beyond) this.putBreak('\n');
    if (this.column < indent) this.put(' '.repeat(indent - this.column));
    this.afterSpace = true;
    this.atIndentation = true;
  }

  /** An indicator that is not followed by white space: quotes, `:`, `[]`. */
  indicator(text: string, needsSpace: boolean): void {
    if (needsSpace && !this.afterSpace) this.put(' ');
    this.put(text);
    this.afterSpace = false;
    this.atIndentation = false;
  }

  /** `-`, `?` or `:` before a block: indentation goes on behind it. */
  blockIndicator(text: string): void {
    if (!this.afterSpace) this.put(' ');
    this.put(text);
    this.afterSpace = false;
  }

  finish(): string {
    this.writeIndent();
    return this.#parts.join('');
  }
}
