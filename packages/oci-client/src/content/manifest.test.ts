import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOciError } from '../errors/oci-error.js';
import { digestOf } from '../reference/digest.js';
import type { ManifestContent } from './descriptor.js';
import { editIndex, manifestMediaType, parseImageConfig, parseManifest } from './manifest.js';
import { mediaTypes } from './media-types.js';

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const digest = digestOf(encode('x'));
const descriptor = { mediaType: 'application/x', digest, size: 3 };

function content(mediaType: string, body: unknown): ManifestContent {
  const bytes = encode(body);
  return { mediaType, bytes, digest: digestOf(bytes) };
}

describe('manifestMediaType', () => {
  it('takes the header without its parameters when the body does not object', () => {
    const bytes = encode({ schemaVersion: 2, config: descriptor, layers: [] });
    expect(manifestMediaType(`${mediaTypes.ociManifest}; charset=utf-8`, bytes)).toBe(mediaTypes.ociManifest);
  });

  it('leaves a generic type to the body', () => {
    expect(manifestMediaType('text/plain', encode({ mediaType: mediaTypes.dockerManifest }))).toBe(
      mediaTypes.dockerManifest,
    );
    expect(manifestMediaType(undefined, encode({ manifests: [] }))).toBe(mediaTypes.ociIndex);
    expect(manifestMediaType('application/json', encode({ layers: [] }))).toBe(mediaTypes.ociManifest);
  });

  it('refuses header and body that disagree, what is not JSON, and what names no type', () => {
    for (const [type, bytes] of [
      [mediaTypes.ociIndex, encode({ mediaType: mediaTypes.ociManifest })],
      [mediaTypes.ociIndex, new Uint8Array([0xff, 0xfe])],
      [undefined, encode({})],
      [undefined, encode([])],
    ] as const) {
      expect(() => manifestMediaType(type, bytes)).toThrow(
        expect.objectContaining({ code: 'OCI_INVALID_MANIFEST' }),
      );
    }
  });

  it('refuses docker schema 1 under any name', () => {
    for (const type of [mediaTypes.dockerSchema1, mediaTypes.dockerSchema1Signed, 'text/plain']) {
      expect(() => manifestMediaType(type, encode({ schemaVersion: 1 }))).toThrow(
        expect.objectContaining({ code: 'OCI_UNSUPPORTED_CONTENT' }),
      );
    }
  });
});

describe('parseManifest', () => {
  it('reads an image and an index', () => {
    const image = parseManifest(
      content(mediaTypes.ociManifest, { schemaVersion: 2, config: descriptor, layers: [descriptor] }),
    );
    expect(image).toMatchObject({ kind: 'image', config: descriptor, layers: [descriptor] });
    const index = parseManifest(
      content(mediaTypes.ociIndex, {
        schemaVersion: 2,
        manifests: [{ ...descriptor, platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }],
      }),
    );
    expect(index).toMatchObject({ kind: 'index', manifests: [{ platform: { variant: 'v7' } }] });
  });

  it('refuses what is both an index and an image (CVE-2021-41190)', () => {
    for (const type of [mediaTypes.ociIndex, mediaTypes.ociManifest]) {
      const both = content(type, { schemaVersion: 2, config: descriptor, layers: [], manifests: [] });
      expect(() => parseManifest(both)).toThrow(expect.objectContaining({ code: 'OCI_INVALID_MANIFEST' }));
    }
  });

  it.each([
    ['a digest that is a path', { ...descriptor, digest: '../../etc/passwd' }],
    ['an upper-case digest', { ...descriptor, digest: digest.toUpperCase() }],
    ['a negative size', { ...descriptor, size: -1 }],
    ['a fractional size', { ...descriptor, size: 1.5 }],
    ['no media type', { digest, size: 1 }],
    ['no object', 'layer'],
  ])('refuses a descriptor with %s', (_, layer) => {
    const broken = content(mediaTypes.ociManifest, { schemaVersion: 2, config: descriptor, layers: [layer] });
    expect(() => parseManifest(broken)).toThrow(expect.objectContaining({ code: 'OCI_INVALID_MANIFEST' }));
  });

  it('never throws anything but its own error, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(...Object.values(mediaTypes)), (json, mediaType) => {
        const bytes = new TextEncoder().encode(json);
        try {
          parseManifest({ mediaType, bytes, digest: digestOf(bytes) });
        } catch (error) {
          if (!isOciError(error)) throw error;
        }
      }),
    );
  });
});

describe('editIndex', () => {
  const index = content(mediaTypes.ociIndex, {
    schemaVersion: 2,
    mediaType: mediaTypes.ociIndex,
    manifests: [descriptor, { ...descriptor, size: 4, annotations: { a: 'b' } }],
    annotations: { kept: 'yes' },
  });

  it('keeps the very bytes when nothing changes', () => {
    expect(editIndex(index, () => 'keep')).toBe(index);
  });

  it('leaves out and replaces entries, and nothing else', () => {
    const edited = editIndex(index, (position) => (position === 0 ? 'drop' : { digest, size: 9 }));
    expect(JSON.parse(new TextDecoder().decode(edited.bytes))).toEqual({
      schemaVersion: 2,
      mediaType: mediaTypes.ociIndex,
      manifests: [{ ...descriptor, size: 9, annotations: { a: 'b' } }],
      annotations: { kept: 'yes' },
    });
    expect(edited.digest).toBe(digestOf(edited.bytes));
    expect(editIndex(index, (position) => (position === 0 ? 'drop' : { digest, size: 9 })).digest).toBe(
      edited.digest,
    );
  });
});

describe('parseImageConfig', () => {
  it('reads platform and date, and leaves out what is not there', () => {
    expect(
      parseImageConfig(
        encode({ os: 'linux', architecture: 'arm64', created: '2026-01-02T03:04:05.678901234Z' }),
      ),
    ).toEqual({
      platform: { os: 'linux', architecture: 'arm64', variant: undefined, osVersion: undefined },
      created: new Date('2026-01-02T03:04:05.678Z'),
    });
    expect(parseImageConfig(encode({}))).toEqual({ platform: undefined, created: undefined });
    expect(parseImageConfig(encode({ os: '', architecture: '', created: 'never' }))).toEqual({
      platform: undefined,
      created: undefined,
    });
  });
});
