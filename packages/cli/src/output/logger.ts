import type { OutputStream } from '../command-io.js';

/** Writes one line for each call, to stderr. */
export interface Logger {
  debug(text: string, fields: object): void;
  info(text: string, fields: object): void;
  warn(text: string, fields: object): void;
}

/** What is logged, and how. */
export interface LoggerOptions {
  /** Debug lines too. */
  readonly verbose: boolean;
  /** Warnings only. */
  readonly quiet: boolean;
  readonly logFormat: 'text' | 'json';
}

function levelOf({ verbose, quiet }: LoggerOptions): 'debug' | 'info' | 'warn' {
  if (verbose) return 'debug';
  return quiet ? 'warn' : 'info';
}

/**
 * A logger of plain lines, or of pino's JSON lines for machines; pino is only loaded for those.
 * @param writeLine where text lines go instead of straight to the stream
 */
export async function createLogger(
  stream: OutputStream,
  options: LoggerOptions,
  writeLine: (text: string) => void = (text) => void stream.write(`${text}\n`),
): Promise<Logger> {
  const level = levelOf(options);
  if (options.logFormat === 'json') {
    const { pino } = await import('pino');
    const logger = pino({ level, base: null }, stream);
    return {
      debug: (text, fields) => logger.debug(fields, text),
      info: (text, fields) => logger.info(fields, text),
      warn: (text, fields) => logger.warn(fields, text),
    };
  }
  return {
    debug: (text) => {
      if (level === 'debug') writeLine(text);
    },
    info: (text) => {
      if (level !== 'warn') writeLine(text);
    },
    warn: (text) => writeLine(`warning: ${text}`),
  };
}
