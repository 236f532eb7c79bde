/** Something the user should know, to be printed or stored. Plain JSON. */
export interface Note {
  readonly level: 'info' | 'warning';
  /** One line, without secrets. */
  readonly message: string;
  /** What can be done about it. */
  readonly hint?: string | undefined;
}
