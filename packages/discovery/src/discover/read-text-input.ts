import { readFile } from 'node:fs/promises';
import { DiscoveryError } from '../errors.js';
import type { TextInput } from './discover-options.js';

/** A text with the name messages call it by. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/**
 * The text of an input: a file, standard input for `-`, or what is in memory already.
 * @throws DiscoveryError `DISCOVERY_INPUT_INVALID` when it cannot be read.
 */
export async function readTextInput(
  what: string,
  input: TextInput,
  stdin: (() => Promise<string>) | undefined,
  signal: AbortSignal | undefined,
): Promise<NamedText> {
  if (typeof input !== 'string') return input;
  if (input === '-') {
    if (stdin === undefined) throw unreadable(what, 'standard input', 'it is not available here', undefined);
    return { name: 'stdin', text: await stdin() };
  }
  try {
    return { name: input, text: await readFile(input, { encoding: 'utf8', signal }) };
  } catch (error) {
    signal?.throwIfAborted();
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : String(code ?? error);
    throw unreadable(what, input, reason, error);
  }
}

function unreadable(what: string, name: string, reason: string, cause: unknown): DiscoveryError {
  return new DiscoveryError(`${what} ${name} cannot be read: ${reason}`, {
    code: 'DISCOVERY_INPUT_INVALID',
    cause,
  });
}
