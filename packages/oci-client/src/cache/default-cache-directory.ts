import { posix, win32 } from 'node:path';

/** What {@link defaultCacheDirectory} decides by. */
export interface CacheSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  /** As `process.platform`. */
  readonly platform: string;
}

const application = 'oci-sync';

/**
 * Where the user's caches are kept: `$XDG_CACHE_HOME/oci-sync` if that is an absolute path, else
 * `~/Library/Caches/oci-sync` on macOS, `%LOCALAPPDATA%\oci-sync\cache` on Windows and `~/.cache/oci-sync`
 * elsewhere. XDG base directory specification.
 */
export function defaultCacheDirectory({ env, home, platform }: CacheSurroundings): string {
  const path = platform === 'win32' ? win32 : posix;
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, application);
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', application);
  if (platform !== 'win32') return path.join(home, '.cache', application);
  return path.join(env['LOCALAPPDATA'] || path.join(home, 'AppData', 'Local'), application, 'cache');
}
