import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OciError } from '../../errors/oci-error.js';
import { authKeys, helperFor, helperServer, parseAuthFile, parseObject } from './auth-file.js';
import { readIfPresent } from './auth-file-provider.js';
import { helperErase, helperStore, type HelperEnvironment } from './credential-helper.js';

/** Where logins are kept. */
export interface LoginStore {
  /** docker's `config.json`, see `dockerConfigFile`. */
  readonly configFile: string;
  /** What helper programs see. */
  readonly environment: HelperEnvironment;
}

/** A login to keep. */
export interface DockerLogin extends LoginStore {
  /** Host and port as in references. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/**
 * Keeps a login as `docker login` does: in the helper program that the configuration names for the registry, else in the
 * file itself, which is replaced at once, readable by its owner only, with everything else in it kept. Resolves with the
 * place: the helper's program or the file.
 * @throws OciError `OCI_CREDENTIALS` when the file is malformed or cannot be written, or the helper fails.
 */
export async function saveDockerLogin(login: DockerLogin): Promise<string> {
  const { registry, username, password, configFile, environment } = login;
  const text = (await readIfPresent(configFile)) ?? '{}';
  const helper = helperFor(parseAuthFile(text, configFile), registry);
  const server = helperServer(registry);
  if (helper !== undefined) await helperStore(helper, { server, username, password }, environment);
  const auth = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
  // An empty entry is docker's mark for "a helper has it".
  const entry = helper === undefined ? { auth } : {};
  await rewrite(configFile, text, (auths) => ({ ...auths, [server]: entry }));
  return helper === undefined ? configFile : `docker-credential-${helper}`;
}

/**
 * Forgets a login, in the file under all its names and in the helper program. Resolves with whether there was one in the
 * file.
 * @throws OciError `OCI_CREDENTIALS` as {@link saveDockerLogin}.
 */
export async function removeDockerLogin(login: LoginStore & { readonly registry: string }): Promise<boolean> {
  const { registry, configFile, environment } = login;
  const text = await readIfPresent(configFile);
  if (text === undefined) return false;
  const file = parseAuthFile(text, configFile);
  const helper = helperFor(file, registry);
  const keys = new Set(authKeys(file.auths.keys(), registry));
  if (helper !== undefined) await helperErase(helper, helperServer(registry), environment);
  if (keys.size === 0) return false;
  await rewrite(configFile, text, (auths) =>
    Object.fromEntries(Object.entries(auths).filter(([key]) => !keys.has(key))),
  );
  return true;
}

async function rewrite(
  configFile: string,
  text: string,
  change: (auths: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const config = parseObject(text, configFile);
  const { auths } = config;
  const before = typeof auths === 'object' && auths !== null && !Array.isArray(auths) ? { ...auths } : {};
  config['auths'] = change(before);
  try {
    await replaceFile(configFile, `${JSON.stringify(config, undefined, '\t')}\n`);
  } catch (cause) {
    throw new OciError(`${configFile} cannot be written`, { code: 'OCI_CREDENTIALS', cause });
  }
}

/** Writes beside the file and renames, so that nobody ever reads half of it; a link's target is replaced, not the link. */
async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const target = await realpath(path).catch(() => path);
  const temporary = `${target}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
