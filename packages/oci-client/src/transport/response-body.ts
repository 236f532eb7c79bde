import { Readable } from 'node:stream';

/** What a {@link ResponseBody} needs of the connection it reads from. */
export interface BodySource {
  /** Read on: the consumer has room again. */
  resume(): void;
  /** Give the connection up: nobody wants the rest. */
  abort(): void;
  /** Whether its pieces are worth passing on as they come; else small ones are gathered. */
  readonly hasLargePieces: boolean;
}

/** Bytes held for a slow consumer before the connection is paused. */
const highWaterMark = 256 * 1024;

/** Pieces smaller than this (TLS gives 16 KiB each) are gathered into larger ones. */
const smallPieceBytes = 64 * 1024;

/** Size of gathered pieces. */
const gatheredBytes = 256 * 1024;

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
    if (this.#source.hasLargePieces) return this.push(piece);
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
