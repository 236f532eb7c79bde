import { BlockList, isIP } from 'node:net';
import { OciError } from '../errors/oci-error.js';
import type { ProxyOptions } from './http-options.js';
import { bareHostname, isLoopback } from './ip-address.js';

/** The proxies that the conventional environment variables name, in either case; lower case wins, as in curl. */
export function proxyFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): ProxyOptions {
  const read = (name: string): string | undefined => {
    const value = environment[name.toLowerCase()] ?? environment[name];
    return value === undefined || value.trim() === '' ? undefined : value.trim();
  };
  return { httpsProxy: read('HTTPS_PROXY'), httpProxy: read('HTTP_PROXY'), noProxy: read('NO_PROXY') };
}

/**
 * The proxy a URL goes through, or `undefined` when it is reached directly. Loopback never goes through a
 * proxy; `NO_PROXY` is read as Go's httpproxy does, which the other copiers use.
 * @throws OciError `OCI_INVALID_OPTION` when the proxy's URL is not one.
 */
export function proxyFor(url: URL, options: ProxyOptions): URL | undefined {
  const value = url.protocol === 'https:' ? options.httpsProxy : options.httpProxy;
  if (value === undefined || isLoopback(url.hostname) || isExempt(url, options.noProxy ?? ''))
    return undefined;
  const text = value.includes('://') ? value : `http://${value}`;
  const proxy = URL.canParse(text) ? new URL(text) : undefined;
  if (proxy === undefined || (proxy.protocol !== 'http:' && proxy.protocol !== 'https:')) {
    throw new OciError('the proxy is not an http(s) URL', {
      code: 'OCI_INVALID_OPTION',
      hint: 'HTTPS_PROXY and HTTP_PROXY look like http://user:password@proxy.example.com:3128',
    });
  }
  return proxy;
}

function isExempt(url: URL, noProxy: string): boolean {
  const hostname = bareHostname(url.hostname).toLowerCase();
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return noProxy
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && matches(entry, hostname, port));
}

function matches(entry: string, hostname: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInBlock(entry, hostname);
  const [, name = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = bareHostname(name.replace(/^\*(?=\.)/, ''));
  if (domain === '') return false;
  if (domain.startsWith('.')) return hostname.endsWith(domain);
  return hostname === domain || (isIP(domain) === 0 && hostname.endsWith(`.${domain}`));
}

function isInBlock(entry: string, hostname: string): boolean {
  const [address = '', prefix = ''] = entry.split('/');
  const family = isIP(hostname);
  if (family === 0 || family !== isIP(address) || !/^\d{1,3}$/.test(prefix)) return false;
  if (Number(prefix) > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const block = new BlockList();
  block.addSubnet(address, Number(prefix), type);
  return block.check(hostname, type);
}
