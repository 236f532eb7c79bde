import { describe, expect, it } from 'vitest';
import { proxyFor, proxyFromEnvironment } from './proxy.js';

describe('proxyFromEnvironment', () => {
  it('reads either case, the lower one first, and takes blanks for nothing', () => {
    expect(proxyFromEnvironment({ HTTPS_PROXY: 'http://a', https_proxy: 'http://b', NO_PROXY: ' ' })).toEqual(
      {
        httpsProxy: 'http://b',
        httpProxy: undefined,
        noProxy: undefined,
      },
    );
  });
});

describe('proxyFor', () => {
  const options = { httpsProxy: 'http://user:pw@proxy:3128', httpProxy: 'proxy:3129' };
  const chosen = (url: string, noProxy?: string) => proxyFor(new URL(url), { ...options, noProxy })?.host;

  it('chooses by scheme', () => {
    expect(chosen('https://r.example')).toBe('proxy:3128');
    expect(chosen('http://r.example')).toBe('proxy:3129');
  });

  it.each(['https://localhost:5000', 'https://127.0.0.2', 'https://[::1]:5000'])(
    'reaches %s directly',
    (url) => {
      expect(chosen(url)).toBeUndefined();
    },
  );

  it.each([
    ['r.example', 'https://r.example', true],
    ['r.example', 'https://sub.r.example', true],
    ['r.example', 'https://other-r.example', false],
    ['.r.example', 'https://sub.r.example', true],
    ['.r.example', 'https://r.example', false],
    ['*.r.example', 'https://sub.r.example', true],
    ['r.example:8443', 'https://r.example:8443', true],
    ['r.example:8443', 'https://r.example', false],
    ['r.example:443', 'https://r.example', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['10.1.2.3', 'https://10.1.2.3:5000', true],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['fd00::1', 'https://[fd00::1]', true],
    ['a, *', 'https://r.example', true],
    [',', 'https://r.example', false],
  ])('NO_PROXY=%s exempts %s: %s', (noProxy, url, exempt) => {
    expect(chosen(url, noProxy) === undefined).toBe(exempt);
  });

  it('refuses what is no proxy, without repeating it', () => {
    expect(() => proxyFor(new URL('https://r.example'), { httpsProxy: 'ftp://user:pw@proxy' })).toThrow(
      expect.objectContaining({ code: 'OCI_INVALID_OPTION', message: 'the proxy is not an http(s) URL' }),
    );
  });
});
