/** A PEM block: its label and its bytes. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Prints a block with lines of 64 characters and a newline at the end. */
export function encodePem(type: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${type}-----\n${lines}-----END ${type}-----\n`;
}

/** The first block of a text, or `undefined` where there is none. Headers inside the block are skipped. */
export function decodePem(text: string): PemBlock | undefined {
  const pattern = /(?:^|\n)-----BEGIN ([^\n]*?)-----[ \t\r]*\n([\s\S]*?)-----END \1-----[ \t\r]*(?:\n|$)/g;
  for (const [, type = '', body = ''] of text.matchAll(pattern)) {
    const base64 = body.replace(/^(?:[^\n:]*:[^\n]*\n)+\n?/, '').replace(/[\s]/g, '');
    if (/^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0) {
      return { type, bytes: Buffer.from(base64, 'base64') };
    }
  }
  return undefined;
}
