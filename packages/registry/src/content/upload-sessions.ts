import { randomUUID } from 'node:crypto';
import type { BlobWriter } from './blob-store.js';

/** An upload that has been begun and not finished. */
export interface UploadSession {
  readonly id: string;
  readonly repository: string;
  readonly writer: BlobWriter;
}

interface Entry extends UploadSession {
  /** Requests that are writing to it or wait for their turn. */
  writers: number;
  /** Resolves when the last of them is done. */
  turn: Promise<unknown>;
}

/** The open uploads of a registry. They do not survive a restart. */
export class UploadSessions {
  readonly #capacity: number;
  /** In order of last use, oldest first. */
  readonly #entries = new Map<string, Entry>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Opens an upload; beyond the capacity the one idle longest is dropped. */
  async open(repository: string, writer: BlobWriter): Promise<UploadSession> {
    const entry: Entry = { id: randomUUID(), repository, writer, writers: 0, turn: Promise.resolve() };
    this.#entries.set(entry.id, entry);
    if (this.#entries.size > this.#capacity) {
      const idle = [...this.#entries.values()].find(
        (candidate) => candidate.writers === 0 && candidate !== entry,
      );
      if (idle) await this.discard(idle);
    }
    return entry;
  }

  /** The open upload of this id in this repository. */
  find(repository: string, id: string): UploadSession | undefined {
    const entry = this.#entries.get(id);
    return entry?.repository === repository ? entry : undefined;
  }

  /**
   * Runs something that writes, one at a time per upload: a client whose connection broke may be back before the
   * broken request has ended. Undefined when the upload is gone by then.
   */
  async exclusively<T>(session: UploadSession, work: () => Promise<T>): Promise<T | undefined> {
    const entry = this.#entries.get(session.id);
    if (!entry) return undefined;
    entry.writers += 1;
    const result = entry.turn.then(() => (this.#entries.has(entry.id) ? work() : undefined));
    entry.turn = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      entry.writers -= 1;
      if (this.#entries.delete(entry.id)) this.#entries.set(entry.id, entry);
    }
  }

  /** Forgets an upload whose writer is finished. */
  forget(session: UploadSession): void {
    this.#entries.delete(session.id);
  }

  /** Drops an upload and what it received. */
  async discard(session: UploadSession): Promise<void> {
    if (this.#entries.delete(session.id)) await session.writer.discard();
  }

  /** Drops all uploads. */
  async discardAll(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => this.discard(entry)));
  }
}
