import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOciError } from '../errors/oci-error.js';
import { formatReference } from './format-reference.js';
import { parseReference, withDefaultTag } from './parse-reference.js';

const hex = 'f'.repeat(64);
const sha256 = `sha256:${hex}`;
const sha512 = `sha512:${'0a'.repeat(64)}`;

describe('registry references', () => {
  test.each([
    ['alpine', 'docker.io', 'library/alpine'],
    ['alpine:3.20', 'docker.io', 'library/alpine', '3.20'],
    ['bitnami/redis', 'docker.io', 'bitnami/redis'],
    ['library/foo/bar', 'docker.io', 'library/foo/bar'],
    ['docker.io/alpine', 'docker.io', 'library/alpine'],
    ['index.docker.io/alpine', 'docker.io', 'library/alpine'],
    ['index.docker.io/bitnami/redis:7', 'docker.io', 'bitnami/redis', '7'],
    ['test_com/foo', 'docker.io', 'test_com/foo'],
    ['localhost/app', 'localhost', 'app'],
    ['localhost:5000/app:v1', 'localhost:5000', 'app', 'v1'],
    ['localhost:5000', 'docker.io', 'library/localhost', '5000'],
    ['test:5000/repo', 'test:5000', 'repo'],
    ['192.168.1.1', 'docker.io', 'library/192.168.1.1'],
    ['192.168.1.1:5000/repo:5050', '192.168.1.1:5000', 'repo', '5050'],
    ['[::1]:5000/repo:tag', '[::1]:5000', 'repo', 'tag'],
    ['[2001:db8:1:2:3:4:5:6]/repo', '[2001:db8:1:2:3:4:5:6]', 'repo'],
    ['ghcr.io/a/b.c/d__e/f---g:_x', 'ghcr.io', 'a/b.c/d__e/f---g', '_x'],
    ['xn--n3h.com/myimage:xn--n3h.com', 'xn--n3h.com', 'myimage', 'xn--n3h.com'],
    ['Foo/bar', 'Foo', 'bar'],
    ['lowercase:Uppercase', 'docker.io', 'library/lowercase', 'Uppercase'],
    [`docker.io/${hex}`, 'docker.io', `library/${hex}`],
    [`ghcr.io/${'a/'.repeat(127)}a`, 'ghcr.io', `${'a/'.repeat(127)}a`],
    [`ghcr.io/a:${'t'.repeat(128)}`, 'ghcr.io', 'a', 't'.repeat(128)],
    [`test:5000/repo@${sha256}`, 'test:5000', 'repo', undefined, sha256],
    [`test:5000/repo:tag@${sha256}`, 'test:5000', 'repo', 'tag', sha256],
    [`busybox@${sha512}`, 'docker.io', 'library/busybox', undefined, sha512],
  ])('%s', (text, registry, repository, tag?: string, digest?: string) => {
    expect(parseReference(text)).toEqual({ kind: 'registry', registry, repository, tag, digest });
  });

  test.each([
    ['', 'is empty'],
    [':justtag', 'not a repository name'],
    [`@${sha256}`, 'not a repository name'],
    [hex, '64 hex digits'],
    ['https://ghcr.io/a/b', 'begins with https://'],
    ['docker://alpine', 'begins with docker://'],
    [' alpine', 'white space'],
    ['alpine\n', 'white space'],
    ['docker/Docker', 'upper-case'],
    ['ghcr.io/Org/app:v1', 'upper-case'],
    ['alpine:', 'not a tag'],
    ['alpine:-x', 'not a tag'],
    ['alpine:a b', 'not a tag'],
    [`ghcr.io/a:${'t'.repeat(129)}`, 'not a tag'],
    [`ghcr.io/${'a/'.repeat(127)}aa`, 'longer than 255'],
    ['a'.repeat(9000), 'longer than 8192'],
    ['docker/', 'not a repository name'],
    ['docker///docker', 'not a repository name'],
    ['-docker/docker', 'not a repository name'],
    ['dock..er/docker', 'not a host'],
    ['ghcr.io/dock_.er/docker', 'not a repository name'],
    ['ghcr.io/../app', 'not a repository name'],
    ['foo/a:b/c', 'not a repository name'],
    ['[fc00::1]', 'not a repository name'],
    ['fc00::1:5000/debian', 'not a host'],
    ['[fe80::1%eth0]:5000/debian', 'not a host'],
    ['[2001:db8:3:4::192.0.2.33]:5000/debian', 'not a host'],
    ['[:::]:5000/debian', 'not a host'],
    ['host:70000/debian', 'not a host'],
    ['host:/debian', 'not a host'],
    ['-docker.io/docker', 'not a host'],
    ['ghcr.io@evil.example/app', 'invalid digest'],
    ['repo@sha256:ffff', 'invalid digest'],
    [`repo@${sha256.toUpperCase()}`, 'invalid digest'],
    [`repo@sha384:${'f'.repeat(96)}`, 'invalid digest'],
    [`repo@${sha256}@${sha256}`, 'invalid digest'],
  ])('refuses %j', (text, why) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'OCI_INVALID_REFERENCE', message: expect.stringContaining(why) }),
    );
  });

  test('says what to write instead of upper-case letters', () => {
    expect(() => parseReference('ghcr.io/Org/app')).toThrow(
      expect.objectContaining({ hint: 'repository names are lower-case: try "org/app"' }),
    );
  });
});

describe('layout references', () => {
  test.each([
    ['oci:dir', 'dir'],
    ['oci:./dir/', './dir'],
    ['oci:/', '/'],
    ['oci:/srv/images:v1', '/srv/images', 'v1'],
    ['oci:dir:v1', 'dir', 'v1'],
    [`oci:dir@${sha256}`, 'dir', undefined, sha256],
    [`oci:dir:v1@${sha256}`, 'dir', 'v1', sha256],
    ['oci:C:\\images\\alpine', 'C:\\images\\alpine'],
    ['oci:C:\\images\\alpine:3.20', 'C:\\images\\alpine', '3.20'],
    ['oci:C:/', 'C:/'],
    ['oci:a:b/c', 'a:b/c'],
    ['oci:a/b:c/', 'a/b:c'],
    ['oci:a/b:c/:d', 'a/b:c', 'd'],
    ['oci:me@home', 'me@home'],
    ['oci:me@home:v1', 'me@home', 'v1'],
    ['oci:a b/c d:v1', 'a b/c d', 'v1'],
  ])('%s', (text, path, tag?: string, digest?: string) => {
    expect(parseReference(text)).toEqual({ kind: 'layout', path, tag, digest });
  });

  test.each([
    ['oci:', 'path is missing'],
    ['oci::v1', 'path is missing'],
    [`oci:@${sha256}`, 'path is missing'],
    ['oci:dir:', 'not a tag'],
    ['oci:dir:a b', 'not a tag'],
    ['oci:dir@sha256:abc', 'invalid digest'],
    ['oci://ghcr.io/charts/app', 'oci://'],
    ['oci:a\0b', 'NUL'],
  ])('refuses %j', (text, why) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'OCI_INVALID_REFERENCE', message: expect.stringContaining(why) }),
    );
  });
});

test('latest is added only where neither tag nor digest is given', () => {
  const full = (text: string) => formatReference(withDefaultTag(parseReference(text)));
  expect(full('alpine')).toBe('docker.io/library/alpine:latest');
  expect(full('alpine:3')).toBe('docker.io/library/alpine:3');
  expect(full(`alpine@${sha256}`)).toBe(`docker.io/library/alpine@${sha256}`);
  expect(full('oci:dir')).toBe('oci:dir:latest');
});

const alphanumeric = fc.stringMatching(/^[a-z0-9]{1,6}$/);
const component = fc
  .tuple(
    alphanumeric,
    fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '---'), alphanumeric), { maxLength: 2 }),
  )
  .map(([first, rest]) => first + rest.flat().join(''));
const registry = fc.oneof(
  fc.constantFrom(
    'docker.io',
    'localhost',
    'localhost:5000',
    '[::1]',
    '[fe80::1]:443',
    '127.0.0.1:5000',
    'Foo',
  ),
  fc.domain(),
);
const version = fc.record({
  tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,127}$/), { nil: undefined }),
  digest: fc.option(fc.stringMatching(/^sha256:[a-f0-9]{64}$/), { nil: undefined }),
});
const suffix = ({ tag, digest }: { tag: string | undefined; digest: string | undefined }) =>
  `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
const registryText = fc
  .tuple(registry, fc.array(component, { minLength: 1, maxLength: 4 }), version)
  .map(([host, components, version]) => `${host}/${components.join('/')}${suffix(version)}`);
const layoutText = fc
  .tuple(fc.array(fc.stringMatching(/^[\w.@: \\]{0,8}$/), { minLength: 1, maxLength: 4 }), version)
  .map(([components, version]) => `oci:${components.join('/')}/${suffix(version)}`);

describe('properties', () => {
  test('every well-formed registry reference is read, and formats to text that reads the same', () => {
    fc.assert(
      fc.property(registryText, (text) => {
        const reference = parseReference(text);
        expect(parseReference(formatReference(reference))).toEqual(reference);
      }),
    );
  });

  test('a reference with a registry other than Docker Hub formats to the text it was read from', () => {
    fc.assert(
      fc.property(
        registryText.filter((text) => !text.startsWith('docker.io/')),
        (text) => {
          expect(formatReference(parseReference(text))).toBe(text);
        },
      ),
    );
  });

  test('a layout reference formats to text that reads the same', () => {
    fc.assert(
      fc.property(
        layoutText.filter((text) => !/^oci:(?:\/\/|\/*(?:[:@]|$))/.test(text)),
        (text) => {
          const reference = parseReference(text);
          expect(reference.kind).toBe('layout');
          expect(parseReference(formatReference(reference))).toEqual(reference);
        },
      ),
    );
  });

  test('any text gives a reference that survives formatting, or OCI_INVALID_REFERENCE', () => {
    const nearlyReference = fc
      .array(
        fc.constantFrom(
          'oci:',
          'a',
          'Z',
          '0',
          '/',
          ':',
          '@',
          '.',
          '-',
          '_',
          '[',
          ']',
          '\\',
          ' ',
          'sha256:',
          hex,
        ),
        {
          maxLength: 14,
        },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), nearlyReference), (text) => {
        try {
          const reference = parseReference(text);
          expect(parseReference(formatReference(reference))).toEqual(reference);
        } catch (error) {
          if (!isOciError(error, 'OCI_INVALID_REFERENCE')) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
