import { gzipSync } from 'node:zlib';

/** One entry of a tar archive to make. */
export interface Entry {
  readonly name: string;
  readonly text?: string | Uint8Array | undefined;
  /** Type flag; default `0`, a file. */
  readonly type?: string | undefined;
  readonly linkTarget?: string | undefined;
}

/** Packs entries as they are, sane or not. */
export function makeArchive(entries: readonly Entry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const { name, text = '', type = '0', linkTarget = '' } of entries) {
    const data = Buffer.from(text);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write('0000644\0', 100);
    header.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(linkTarget, 157, 100);
    header.write('ustar', 257);
    header.write('00', 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** A chart `c` of these files, Chart.yaml added unless it is among them. */
export function makeChart(files: Readonly<Record<string, string>>): Uint8Array {
  const all = { 'Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n', ...files };
  return makeArchive(Object.entries(all).map(([name, text]) => ({ name: `c/${name}`, text })));
}
