/** A regular file of a layer. */
export interface TarFile {
  /** Path without a leading slash, at most 100 bytes of ASCII. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** @default 0o644 */
  readonly mode?: number | undefined;
}

const blockBytes = 512;

/** A POSIX ustar archive of regular files, owned by root, with a modification time of 0. */
export function createTar(files: readonly TarFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const { path, bytes, mode = 0o644 } of files) {
    if (Buffer.byteLength(path) > 100) throw new Error(`the path is too long for a tar header: ${path}`);
    parts.push(header(path, bytes.length, mode), Buffer.from(bytes), padding(bytes.length));
  }
  parts.push(Buffer.alloc(2 * blockBytes));
  return Buffer.concat(parts);
}

function header(path: string, sizeBytes: number, mode: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(path, 0, 100);
  block.write(octal(mode, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(sizeBytes, 11), 124);
  block.write(octal(0, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar', 257);
  block.write('00', 263);
  block.write('root', 265);
  block.write('root', 297);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

function padding(sizeBytes: number): Buffer {
  return Buffer.alloc((blockBytes - (sizeBytes % blockBytes)) % blockBytes);
}
