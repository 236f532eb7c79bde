import type { Readable, Writable } from 'node:stream';

/** An output stream that may be a terminal. */
export interface OutputStream extends Writable {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** What a command may touch of the process. stdout carries results only; progress and logs go to stderr. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

const isGone = (error: Error): boolean => 'code' in error && error.code === 'EPIPE';

/** Writes text, waiting while the reader at the other end is slow. One that has gone away (`| head`) is no error. */
export async function write(stream: Writable, text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve, reject) => {
    stream.write(text, (error) => (error && !isGone(error) ? reject(error) : resolve()));
  });
}
