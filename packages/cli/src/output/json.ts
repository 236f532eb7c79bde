/** A result as JSON text with a line break at its end; errors become `{code, message, …}`. */
export function toJson(value: unknown): string {
  const replace = (_key: string, part: unknown): unknown => {
    if (!(part instanceof Error)) return part;
    const { name, message, ...fields } = part;
    // The cause repeats the message, and may hold what is not for printing.
    const { cause: _cause, stack: _stack, ...rest }: Record<string, unknown> = { ...fields };
    return { name, message, ...rest };
  };
  return `${JSON.stringify(value, replace, 2)}\n`;
}
