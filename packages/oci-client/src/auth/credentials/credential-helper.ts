import { OciError } from '../../errors/oci-error.js';
import { parseObject } from './auth-file.js';
import type { Credential } from './provider.js';

/** Where helper programs are looked for, and what they see. */
export type HelperEnvironment = Readonly<Record<string, string | undefined>>;

const helperName = /^[A-Za-z0-9._-]+$/;
const helperTimeoutMs = 60_000;
const longestOutput = 1024 * 1024;

/** What helpers print when they have nothing. docker-credential-helpers, `credentials/error.go`. */
const notFound = /credentials not found in native keychain/i;

/**
 * Asks a helper program (`docker-credential-NAME get`) for the credentials of a server, without a shell;
 * `undefined` when it has none. The user name `<token>` means an identity token.
 * @throws OciError `OCI_CREDENTIALS` when it is not installed, fails, or answers nonsense. What it printed is not
 * repeated: it may be a secret.
 */
export async function helperGet(
  helper: string,
  server: string,
  environment: HelperEnvironment,
): Promise<Credential | undefined> {
  const output = await run(helper, 'get', server, environment);
  if (output === undefined) return undefined;
  const answer = parseObject(output, `the answer of ${programOf(helper)}`);
  const username = answer['Username'];
  const secret = answer['Secret'];
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  return username === '<token>'
    ? { kind: 'identity-token', token: secret }
    : { kind: 'basic', username, password: secret };
}

/** Has a helper program keep credentials. @throws OciError `OCI_CREDENTIALS` */
export async function helperStore(
  helper: string,
  login: { readonly server: string; readonly username: string; readonly password: string },
  environment: HelperEnvironment,
): Promise<void> {
  const input = JSON.stringify({ ServerURL: login.server, Username: login.username, Secret: login.password });
  await run(helper, 'store', input, environment);
}

/** Has a helper program forget a server. @throws OciError `OCI_CREDENTIALS` */
export async function helperErase(
  helper: string,
  server: string,
  environment: HelperEnvironment,
): Promise<void> {
  await run(helper, 'erase', server, environment);
}

function programOf(helper: string): string {
  return `docker-credential-${helper}`;
}

/** The program's output; `undefined` when it says that it has no credentials. */
async function run(
  helper: string,
  action: 'get' | 'store' | 'erase',
  input: string,
  environment: HelperEnvironment,
): Promise<string | undefined> {
  // The name comes from a file: it must not lead out of the search path.
  if (!helperName.test(helper)) {
    throw new OciError('the name of a credential helper has characters that are not allowed', {
      code: 'OCI_CREDENTIALS',
    });
  }
  const program = programOf(helper);
  // Only now: most runs have no helper, and Node's module takes longer to load than ours.
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [action],
      { env: { ...environment }, timeout: helperTimeoutMs, maxBuffer: longestOutput, windowsHide: true },
      (error, stdout) => {
        if (error === null) resolve(stdout);
        else if (notFound.test(stdout)) resolve(undefined);
        else reject(failure(program, action, error));
      },
    );
    // A program that ends without reading closes the pipe; its exit code says what is wrong.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function failure(
  program: string,
  action: string,
  error: Error & { code?: unknown; killed?: unknown },
): OciError {
  if (error.code === 'ENOENT') {
    return new OciError(`the credential helper ${program} is not installed`, {
      code: 'OCI_CREDENTIALS',
      hint: 'install it, or remove it from credsStore and credHelpers in the configuration',
    });
  }
  const exit = typeof error.code === 'number' ? ` with ${error.code}` : '';
  const how = error.killed === true ? 'took too long' : `failed${exit}`;
  return new OciError(`the credential helper ${program} ${how} at "${action}"`, {
    code: 'OCI_CREDENTIALS',
    hint: `run "${program} ${action}" by hand to see why`,
  });
}
