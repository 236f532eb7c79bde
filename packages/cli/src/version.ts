import { readPackageJsonFile } from './package-file.js';

/** The version in this package's package.json. */
export function packageVersion(): string {
  const { version } = readPackageJsonFile('package.json') as { readonly version: string };
  return version;
}
