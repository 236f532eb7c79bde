import type { CopyEvent } from '@oci-sync/oci-client';
import { printable } from '@oci-sync/oci-client';
import type { CommandIo, OutputStream } from '../command-io.js';
import { formatBytes } from './format-bytes.js';
import { createLogger, type Logger } from './logger.js';

const redrawMs = 100;
const barWidth = 24;
const mostBars = 6;
const shortDigestLength = 19;

/** Shows a run while it goes on, on stderr. */
export interface Progress {
  onEvent(event: CopyEvent): void;
  /** Something worth a line whatever the mode: a warning, a credential that was refused. */
  note(text: string): void;
  /** Logs of `-v`. */
  readonly logger: Logger;
  /** Leaves the terminal as it was. */
  stop(): void;
}

/** How progress is shown. */
export interface ProgressOptions {
  readonly verbose: boolean;
  readonly quiet: boolean;
  readonly logFormat: 'text' | 'json';
  /** One image only: its result and its error say what would be said of it here. @default false */
  readonly single?: boolean | undefined;
}

function describe(event: CopyEvent): string | undefined {
  switch (event.type) {
    case 'image-started':
      return `${event.source} -> ${event.destination}`;
    case 'repository-created':
      return `created repository ${event.repository}`;
    case 'blob-done':
      return `${event.outcome} ${event.digest} (${formatBytes(event.sizeBytes)})`;
    case 'manifest-pushed':
      return `pushed ${event.digest}${event.tag === undefined ? '' : ` as ${event.tag}`}`;
    case 'retry':
      return `trying again at the ${event.side}: ${event.reason}`;
    case 'image-finished':
      return `${event.outcome} ${event.destination}`;
    case 'image-failed':
      return `failed ${event.destination}: ${event.reason}`;
    default:
      return undefined;
  }
}

const alwaysLogged = new Set<CopyEvent['type']>([
  'image-started',
  'repository-created',
  'retry',
  'image-finished',
  'image-failed',
]);

interface Transfer {
  readonly name: string;
  readonly sizeBytes: number;
  bytes: number;
}

/** The bars of a terminal, redrawn at most ten times a second. */
class TerminalBars {
  readonly #stream: OutputStream;
  readonly #transfers = new Map<string, Transfer>();
  readonly #timer: NodeJS.Timeout;
  #drawnLines = 0;
  #doneBytes = 0;
  #totalBytes = 0;

  constructor(stream: OutputStream) {
    this.#stream = stream;
    this.#timer = setInterval(() => this.#draw(), redrawMs);
    this.#timer.unref();
  }

  take(event: CopyEvent): void {
    if (event.type === 'image-planned') this.#totalBytes += event.bytesTotal;
    else if (event.type === 'blob-started' || event.type === 'blob-progress') this.#update(event);
    else if (event.type === 'blob-done') {
      this.#transfers.delete(`${event.destination} ${event.digest}`);
      this.#doneBytes += event.sizeBytes;
    }
  }

  /** Prints a line above the bars. */
  line(text: string): void {
    this.#erase();
    this.#stream.write(`${text}\n`);
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#erase();
  }

  #update(event: CopyEvent & { readonly type: 'blob-started' | 'blob-progress' }): void {
    const key = `${event.destination} ${event.digest}`;
    const known = this.#transfers.get(key);
    const bytes = event.type === 'blob-progress' ? event.bytes : 0;
    if (known !== undefined) known.bytes = bytes;
    else
      this.#transfers.set(key, {
        name: event.digest.slice(0, shortDigestLength),
        sizeBytes: event.sizeBytes,
        bytes,
      });
  }

  #bar(name: string, bytes: number, sizeBytes: number): string {
    const part = sizeBytes === 0 ? 1 : Math.min(1, bytes / sizeBytes);
    const filled = Math.round(part * barWidth);
    const bar = `${'#'.repeat(filled)}${'.'.repeat(barWidth - filled)}`;
    return `${name.padEnd(shortDigestLength)} [${bar}] ${formatBytes(bytes)} / ${formatBytes(sizeBytes)}`;
  }

  #draw(): void {
    const running = [...this.#transfers.values()];
    if (running.length === 0 && this.#drawnLines === 0) return;
    const moving = running.reduce((sum, transfer) => sum + transfer.bytes, 0);
    // Some pseudo-terminals say 0.
    const columns = this.#stream.columns || 80;
    const lines = [
      ...running.slice(0, mostBars).map(({ name, bytes, sizeBytes }) => this.#bar(name, bytes, sizeBytes)),
      this.#bar('all', this.#doneBytes + moving, this.#totalBytes),
    ].map((line) => line.slice(0, columns - 1));
    this.#erase();
    this.#stream.write(`${lines.join('\n')}\n`);
    this.#drawnLines = lines.length;
  }

  #erase(): void {
    if (this.#drawnLines > 0) this.#stream.write(`\u001B[${this.#drawnLines}A\u001B[0J`);
    this.#drawnLines = 0;
  }
}

/** Bars on a terminal, else a line for each image and whatever goes wrong; with `-v` a line for everything. */
export async function createProgress(io: CommandIo, options: ProgressOptions): Promise<Progress> {
  const dumb = io.environment['TERM'] === 'dumb' || Boolean(io.environment['CI']);
  const live =
    io.stderr.isTTY === true && !dumb && !options.quiet && !options.verbose && options.logFormat === 'text';
  const bars = live ? new TerminalBars(io.stderr) : undefined;
  const logger = await createLogger(
    io.stderr,
    options,
    bars === undefined ? undefined : (text) => bars.line(text),
  );
  return {
    logger,
    onEvent: (event) => {
      bars?.take(event);
      const text = describe(event);
      if (text === undefined) return;
      const isTold = options.single === true && event.type.startsWith('image-');
      const level = alwaysLogged.has(event.type) && !isTold ? 'info' : 'debug';
      logger[level](printable(text), { ...event });
    },
    note: (text) => logger.warn(printable(text), {}),
    stop: () => bars?.stop(),
  };
}
