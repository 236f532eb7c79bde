import { OciError } from '../errors/oci-error.js';
import type { Platform } from './descriptor.js';

const architectureNames: ReadonlyMap<string, string> = new Map([
  ['x86_64', 'amd64'],
  ['x86-64', 'amd64'],
  ['aarch64', 'arm64'],
  ['i386', '386'],
  ['i686', '386'],
  ['armhf', 'arm'],
  ['armel', 'arm'],
]);

/** Variants that say no more than the architecture alone does. */
const plainVariants: ReadonlyMap<string, string> = new Map([
  ['amd64', 'v1'],
  ['arm', 'v7'],
  ['arm64', 'v8'],
]);

/**
 * A platform in canonical form: lower case, docker's names (`x86_64` is amd64, `aarch64` is arm64), and the
 * variant left out where it is the architecture's base (amd64 v1, arm v7, arm64 v8).
 */
export function normalizePlatform(platform: Platform): Platform {
  const os = platform.os.toLowerCase();
  const given = platform.architecture.toLowerCase();
  const architecture = architectureNames.get(given) ?? given;
  let variant = platform.variant?.toLowerCase() || undefined;
  if (given === 'armel') variant ??= 'v6';
  if (variant !== undefined && /^\d/.test(variant) && architecture.startsWith('arm')) variant = `v${variant}`;
  if (variant === plainVariants.get(architecture)) variant = undefined;
  return { os, architecture, variant, osVersion: platform.osVersion };
}

/** Whether two platforms are the same once normalised; the OS version does not count. */
export function samePlatform(one: Platform, other: Platform): boolean {
  const [a, b] = [normalizePlatform(one), normalizePlatform(other)];
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

/** `os/architecture[/variant]` of the normalised platform. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = normalizePlatform(platform);
  return variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/**
 * Reads `os/architecture[/variant]`, such as `linux/arm/v7`, and normalises it.
 * @throws OciError `OCI_INVALID_OPTION`
 */
export function parsePlatform(text: string): Platform {
  const match = /^([a-z0-9_.-]+)\/([a-z0-9_.-]+)(?:\/([a-z0-9_.-]+))?$/i.exec(text.trim());
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new OciError(`invalid platform "${text}"`, {
      code: 'OCI_INVALID_OPTION',
      hint: 'write os/architecture or os/architecture/variant, such as linux/amd64 or linux/arm/v7',
    });
  }
  return normalizePlatform({ os: match[1], architecture: match[2], variant: match[3] });
}
