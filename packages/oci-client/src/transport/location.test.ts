import { describe, expect, it } from 'vitest';
import { appendQuery, resolveLocation } from './location.js';

const base = new URL('https://registry.example.com/v2/a/blobs/uploads/');

describe('resolveLocation', () => {
  it.each([
    ['/v2/a/blobs/uploads/1?_state=x%2By', 'https://registry.example.com/v2/a/blobs/uploads/1?_state=x%2By'],
    ['1?b=2', 'https://registry.example.com/v2/a/blobs/uploads/1?b=2'],
    ['https://other.example.com/x', 'https://other.example.com/x'],
    ['//other.example.com/x', 'https://other.example.com/x'],
    ['other.example.com/x?y=1', 'https://other.example.com/x?y=1'],
    ['localhost.example:8443/x', 'https://localhost.example:8443/x'],
    ['https://registry.example.com:443/x', 'https://registry.example.com/x'],
    ['http://registry.example.com/x', 'https://registry.example.com/x'],
    ['?digest=1', 'https://registry.example.com/v2/a/blobs/uploads/?digest=1'],
    ['/x#fragment', 'https://registry.example.com/x'],
  ])('resolves %s', (location, expected) => {
    expect(resolveLocation(base, location, 'redirect').href).toBe(expected);
  });

  it.each([
    ['http://other.example.com/x', /leaves TLS/],
    ['http://registry.example.com:8080/x', /leaves TLS/],
    ['https://127.0.0.1/x', /private address/],
    ['https://169.254.169.254/latest/meta-data', /private address/],
    ['https://[::1]/x', /private address/],
    ['https://[::ffff:10.0.0.1]/x', /private address/],
    ['https://[fd00::1]/x', /private address/],
    ['https://localhost/x', /private address/],
    ['https://0x7f.1/x', /private address/],
    ['https://2130706433/x', /private address/],
    ['https://user:secret@other.example.com/x', /carries a password/],
    ['file:///etc/passwd', /no http/],
  ])('refuses %s', (location, message) => {
    const resolve = () => resolveLocation(base, location, 'redirect');
    expect(resolve).toThrow(message);
    expect(resolve).toThrow(expect.objectContaining({ code: 'OCI_REFUSED_REDIRECT' }));
    expect(resolve).not.toThrow(/secret/);
  });

  it('lets private hosts lead to private hosts, and names lead anywhere public', () => {
    const local = new URL('http://127.0.0.1:5000/v2/');
    expect(resolveLocation(local, 'http://127.0.0.1:5001/x', 'redirect').port).toBe('5001');
    expect(resolveLocation(local, 'http://10.0.0.1/x', 'redirect').hostname).toBe('10.0.0.1');
  });

  it('reports what is no URL without repeating it', () => {
    expect(() => resolveLocation(base, 'https://[', 'link')).toThrow(/malformed link/);
  });
});

describe('appendQuery', () => {
  it('leaves the query as it was sent', () => {
    const url = new URL('https://r.example/u?_state=a%2Fb==&x=%7e');
    expect(appendQuery(url, 'digest', 'sha256:ab').href).toBe(
      'https://r.example/u?_state=a%2Fb==&x=%7e&digest=sha256%3Aab',
    );
    expect(appendQuery(new URL('https://r.example/u'), 'digest', 'a').search).toBe('?digest=a');
    expect(url.searchParams.has('digest')).toBe(false);
  });
});
