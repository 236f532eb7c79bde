import { randomUUID } from 'node:crypto';
import type { BlobWriter } from './blob-store.js';

/** An upload that has been begun and not finished. */
export interface UploadSession {
  readonly id: string;
  readonly repository: string;
  readonly writer: BlobWriter;
}

interface Entry extends UploadSession {
  busy: boolean;
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
    const entry: Entry = { id: randomUUID(), repository, writer, busy: false };
    this.#entries.set(entry.id, entry);
    if (this.#entries.size > this.#capacity) {
      const idle = [...this.#entries.values()].find((candidate) => !candidate.busy && candidate !== entry);
      if (idle) await this.discard(idle);
    }
    return entry;
  }

  /** The open upload of this id in this repository. */
  find(repository: string, id: string): UploadSession | undefined {
    const entry = this.#entries.get(id);
    return entry?.repository === repository ? entry : undefined;
  }

  /** Runs something that writes, one at a time per upload; undefined when another request is writing. */
  async exclusively<T>(session: UploadSession, work: () => Promise<T>): Promise<T | undefined> {
    const entry = this.#entries.get(session.id);
    if (!entry || entry.busy) return undefined;
    entry.busy = true;
    try {
      return await work();
    } finally {
      entry.busy = false;
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
