import { PassThrough } from 'node:stream';
import type { CopyEvent } from '@oci-sync/oci-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CommandIo } from '../command-io.js';
import { createProgress, type ProgressOptions } from './progress.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const plain: ProgressOptions = { verbose: false, quiet: false, logFormat: 'text' };

/** What a terminal shows after all this was written to it: lines, with cursor-up and erase-below carried out. */
function screenOf(written: string): readonly string[] {
  const screen = [''];
  for (const part of written.split(/(\u001B\[\d+[AJ]|\n)/)) {
    const up = /^\u001B\[(\d+)A$/.exec(part);
    if (up !== null) screen.splice(screen.length - 1 - Number(up[1]), Number.POSITIVE_INFINITY, '');
    else if (part === '\n') screen.push('');
    else if (!part.startsWith('\u001B')) screen[screen.length - 1] += part;
  }
  return screen;
}

async function start(
  options: Partial<ProgressOptions> = {},
  environment: Record<string, string> = {},
  isTTY = true,
  columns = 100,
) {
  const stderr = Object.assign(new PassThrough(), { isTTY, columns });
  let written = '';
  stderr.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const io: CommandIo = { stdin, stdout, stderr, environment, signal: new AbortController().signal };
  const progress = await createProgress(io, { ...plain, ...options });
  return { progress, written: () => written };
}

const image = { source: 'a/app:1', destination: 'b/app:1' };
const digest = `sha256:${'a'.repeat(64)}` as const;
const planned: CopyEvent = { ...image, type: 'image-planned', bytesTotal: 1000 } as CopyEvent;
const blob = (bytes: number): CopyEvent => ({
  ...image,
  type: 'blob-progress',
  digest,
  sizeBytes: 1000,
  bytes,
});
const done = { ...image, type: 'blob-done', digest, sizeBytes: 1000, outcome: 'copied' } as CopyEvent;

describe('progress', () => {
  it('draws bars with a total on a terminal, prints lines above them, and leaves nothing behind', async () => {
    const { progress, written } = await start();
    progress.onEvent(planned);
    progress.onEvent(blob(500));
    vi.advanceTimersByTime(200);
    expect(screenOf(written())).toEqual([
      expect.stringMatching(/^sha256:a+ \[#{12}\.{12}\] 500 B \/ 1\.0 kB$/),
      expect.stringMatching(/^all +\[#{12}\.{12}\] 500 B \/ 1\.0 kB$/),
      '',
    ]);
    progress.note('look out');
    expect(screenOf(written())[0]).toBe('warning: look out');
    progress.onEvent(done);
    progress.stop();
    expect(screenOf(written())).toEqual(['warning: look out', '']);
    const before = written();
    vi.advanceTimersByTime(1000);
    progress.stop();
    expect(written()).toBe(before);
  });
  it('keeps within the width of the terminal', async () => {
    const { progress, written } = await start({}, {}, true, 40);
    progress.onEvent(planned);
    progress.onEvent(blob(500));
    vi.advanceTimersByTime(200);
    for (const line of screenOf(written())) expect(line.length).toBeLessThan(40);
  });
  it.each([
    ['no terminal', {}, {}, false],
    ['CI', {}, { CI: 'true' }, true],
    ['a dumb terminal', {}, { TERM: 'dumb' }, true],
    ['--quiet', { quiet: true }, {}, true],
    ['--verbose', { verbose: true }, {}, true],
    ['JSON logs', { logFormat: 'json' as const }, {}, true],
  ])('draws none for %s', async (_what, options, environment, isTTY) => {
    const { progress, written } = await start(options, environment, isTTY);
    progress.onEvent(planned);
    progress.onEvent(blob(500));
    vi.advanceTimersByTime(1000);
    progress.onEvent(done);
    progress.stop();
    expect(written()).not.toContain('\u001B');
    expect(written()).not.toContain('[###');
  });
});
