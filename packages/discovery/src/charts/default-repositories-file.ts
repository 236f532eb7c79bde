import { posix, win32 } from 'node:path';

/** What {@link defaultRepositoriesFile} decides by. */
export interface HelmSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  /** As `process.platform`. */
  readonly platform: string;
}

/**
 * Where helm keeps the repositories a user has added: `HELM_REPOSITORY_CONFIG`, else `repositories.yaml` in
 * `HELM_CONFIG_HOME`, `XDG_CONFIG_HOME/helm` or the system's own place. helm, "XDG Base Directory".
 */
export function defaultRepositoriesFile({ environment, home, platform }: HelmSurroundings): string {
  const path = platform === 'win32' ? win32 : posix;
  const file = environment['HELM_REPOSITORY_CONFIG'];
  if (file) return file;
  const own = environment['HELM_CONFIG_HOME'];
  const xdg = environment['XDG_CONFIG_HOME'];
  const folder = own || (xdg ? path.join(xdg, 'helm') : systemFolder(path, environment, home, platform));
  return path.join(folder, 'repositories.yaml');
}

function systemFolder(
  path: typeof posix,
  environment: HelmSurroundings['environment'],
  home: string,
  platform: string,
): string {
  if (platform === 'darwin') return path.join(home, 'Library', 'Preferences', 'helm');
  if (platform === 'win32')
    return path.join(environment['APPDATA'] || path.join(home, 'AppData', 'Roaming'), 'helm');
  return path.join(home, '.config', 'helm');
}
