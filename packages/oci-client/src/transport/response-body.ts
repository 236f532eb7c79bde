import { Readable } from 'node:stream';
import { OciError } from '../errors/oci-error.js';
import type { HttpResponse } from './http-message.js';

/** What a {@link ResponseBody} needs of the connection it reads from. */
export interface BodySource {
  /** Read on: the consumer has room again. */
  resume(): void;
  /** Give the connection up: nobody wants the rest. */
  abort(): void;
}

/** Bytes held for a slow consumer before the connection is paused. */
const highWaterMark = 1024 * 1024;

/** Pieces smaller than this (TLS gives 16 KiB each) are gathered into larger ones. */
const smallPieceBytes = 64 * 1024;

/** Size of gathered pieces. */
const gatheredBytes = 256 * 1024;

/** An unread rest up to this size is read and dropped, so that the connection can be used again. */
const longestDiscard = 128 * 1024;

/**
 * The body of an answer, fed by the HTTP parser without a stream in between. It fails with an OciError
 * when the connection is lost or stalls, with the signal's reason when the request is cancelled. A failure
 * before anybody reads is kept for the reader and never becomes an uncaught error.
 */
export class ResponseBody extends Readable {
  readonly #source: BodySource;
  #complete = false;
  /** Small pieces that nobody has seen yet: what it costs to hash and send a blob goes by pieces, not by bytes. */
  #gathered: Buffer | undefined;
  #gatheredSize = 0;
  #flushing = false;

  constructor(source: BodySource) {
    super({ highWaterMark });
    this.#source = source;
    this.on('error', () => {});
  }

  /** More of the body has been received; `false` when there is no room for more yet. */
  receive(piece: Buffer): boolean {
    // The parser gives an empty piece when it goes on after a pause. Nothing is pushed for it, so that nobody would ask
    // to read on if it paused the connection again.
    if (piece.length === 0) return true;
    const left = gatheredBytes - this.#gatheredSize;
    if (piece.length >= smallPieceBytes || piece.length > left) this.#flush();
    if (piece.length >= smallPieceBytes) return this.push(piece);
    this.#gathered ??= Buffer.allocUnsafeSlow(gatheredBytes);
    this.#gatheredSize += piece.copy(this.#gathered, this.#gatheredSize);
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => {
        this.#flushing = false;
        this.#flush();
      });
    }
    return this.readableLength + this.#gatheredSize < this.readableHighWaterMark;
  }

  #flush(): void {
    const size = this.#gatheredSize;
    if (size === 0 || this.#gathered === undefined || this.destroyed) return;
    this.#gatheredSize = 0;
    // What is left of a large buffer is not held on to by a small piece in it.
    const piece = this.#gathered.subarray(0, size);
    if (size < smallPieceBytes) {
      this.push(Buffer.from(piece));
      return;
    }
    this.#gathered = undefined;
    this.push(piece);
  }

  /** The whole body has been received. */
  complete(): void {
    this.#flush();
    this.#complete = true;
    this.push(null);
  }

  override _read(): void {
    this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#complete) this.#source.abort();
    callback(error);
  }
}

/** A body that has been received already. */
export function bufferedBody(bytes: Buffer): ResponseBody {
  const body = new ResponseBody({ resume: () => {}, abort: () => {} });
  if (bytes.length > 0) body.push(bytes);
  body.complete();
  return body;
}

/**
 * The whole body, at most `limitBytes` of it.
 * @throws OciError `OCI_TOO_LARGE` naming `what` when it is longer; the connection is then given up.
 */
export async function readBody(response: HttpResponse, limitBytes: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      throw new OciError(`${what} from ${response.url.host} is larger than ${limitBytes} bytes`, {
        code: 'OCI_TOO_LARGE',
        status: response.status,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * The first `limitBytes` of a body, for error texts: never fails, the rest is given up.
 */
export async function readBodyStart(response: HttpResponse, limitBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limitBytes) break;
    }
  } catch {
    // A lost error text is not worth an error of its own: the status says enough.
  }
  return Buffer.concat(chunks, size).subarray(0, limitBytes);
}

/**
 * Gets rid of a body nobody reads: a short one is drained so that its connection can be used again, a long one
 * costs the connection. Never fails and never waits.
 */
export function discardBody(response: HttpResponse): void {
  const { body } = response;
  if (body.destroyed || body.readableEnded) return;
  let dropped = 0;
  body.on('data', (chunk: Buffer) => {
    dropped += chunk.length;
    if (dropped > longestDiscard) body.destroy();
  });
}
