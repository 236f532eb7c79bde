import { BlockList, isIP } from 'node:net';

/** Addresses that are not of the public internet. IANA special-purpose address registries. */
function specialBlocks(): BlockList {
  const blocks = new BlockList();
  for (const [address, prefix] of [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['224.0.0.0', 4],
    ['240.0.0.0', 4],
  ] as const) {
    blocks.addSubnet(address, prefix, 'ipv4');
  }
  for (const [address, prefix] of [
    ['::', 127],
    ['64:ff9b::', 96],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
  ] as const) {
    blocks.addSubnet(address, prefix, 'ipv6');
  }
  return blocks;
}

const special = specialBlocks();

/** A URL's host name without the brackets of an IPv6 address. */
export function bareHostname(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}

/**
 * Whether a URL's host name is a private, loopback or otherwise special IP address, written as such. Names
 * are not looked up: private endpoints with public names are legitimate (S3 interface endpoints).
 */
export function isPrivateAddress(hostname: string): boolean {
  const address = bareHostname(hostname);
  const family = isIP(address);
  if (family === 0) return false;
  return special.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether a URL's host name is this machine: `localhost`, below it, or a loopback address. RFC 6761, section 6.3. */
export function isLoopback(hostname: string): boolean {
  const address = bareHostname(hostname).toLowerCase();
  if (address === 'localhost' || address.endsWith('.localhost')) return true;
  const family = isIP(address);
  return family === 4 ? address.startsWith('127.') : family === 6 && address === '::1';
}
