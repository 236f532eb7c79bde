import { expect, it } from 'vitest';
import { defaultRepositoriesFile } from './default-repositories-file.js';

it.each([
  [{ HELM_REPOSITORY_CONFIG: '/x/r.yaml', HELM_CONFIG_HOME: '/y' }, 'linux', '/x/r.yaml'],
  [{ HELM_CONFIG_HOME: '/y', XDG_CONFIG_HOME: '/z' }, 'linux', '/y/repositories.yaml'],
  [{ XDG_CONFIG_HOME: '/z' }, 'darwin', '/z/helm/repositories.yaml'],
  [{}, 'linux', '/home/me/.config/helm/repositories.yaml'],
  [{}, 'darwin', '/home/me/Library/Preferences/helm/repositories.yaml'],
  [{ APPDATA: 'C:\\A' }, 'win32', 'C:\\A\\helm\\repositories.yaml'],
])('%o on %s: %s', (environment, platform, expected) => {
  expect(defaultRepositoriesFile({ environment, home: '/home/me', platform })).toBe(expected);
});
