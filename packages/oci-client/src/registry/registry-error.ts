import type { OciErrorCode } from '../errors/codes.js';
import { OciError } from '../errors/oci-error.js';
import { printable } from '../errors/printable.js';
import type { HttpResponse } from '../transport/http-message.js';
import { readBodyStart } from '../transport/read-body.js';

/** One entry of a registry's error answer. Distribution spec, "Error Codes". */
export interface RegistryErrorEntry {
  readonly code: string;
  readonly message: string;
}

/** An error answer, read. */
export interface RegistryFailure {
  readonly status: number;
  readonly entries: readonly RegistryErrorEntry[];
  /** What the registry said, on one line; empty when it said nothing. */
  readonly text: string;
}

/** What is told of the request that failed. */
export interface FailureContext {
  /** What was to be done, to follow "cannot": `fetch manifest "v1" of registry/repository`. */
  readonly action: string;
  /** Whether credentials were sent, see `Authenticator.standing`. */
  readonly standing: 'anonymous' | 'refused' | 'accepted';
}

const longestErrorBody = 64 * 1024;
const longestErrorText = 500;

/** Reads the body of an error answer; never fails. */
export async function readFailure(response: HttpResponse): Promise<RegistryFailure> {
  const body = (await readBodyStart(response, longestErrorBody)).toString('utf8');
  const entries = parseEntries(body);
  const plain = /^\s*[<{[]/.test(body) ? '' : body;
  const text = entries.length > 0 ? entries.map((entry) => describe(entry)).join('; ') : plain;
  return { status: response.status, entries, text: printable(text).slice(0, longestErrorText) };
}

function describe({ code, message }: RegistryErrorEntry): string {
  if (message === '') return code;
  return code === '' ? message : `${code}: ${message}`;
}

function parseEntries(body: string): readonly RegistryErrorEntry[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return [];
  }
  if (typeof parsed !== 'object' || parsed === null) return [];
  // Some registries answer with the one error itself, without a list around it.
  const list = 'errors' in parsed && Array.isArray(parsed.errors) ? (parsed.errors as unknown[]) : [parsed];
  return list.slice(0, 20).flatMap((entry) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const code = 'code' in entry && typeof entry.code === 'string' ? entry.code.slice(0, 100) : '';
    const message = 'message' in entry && typeof entry.message === 'string' ? entry.message : '';
    return code === '' && message === '' ? [] : [{ code, message }];
  });
}

/** Whether a failure carries one of these registry codes. */
export function hasCode(failure: RegistryFailure, ...codes: readonly string[]): boolean {
  return failure.entries.some((entry) => codes.includes(entry.code));
}

/** The error a failed answer comes to, by status and registry code. */
export function failureError(failure: RegistryFailure, context: FailureContext): OciError {
  const kind = classify(failure, context);
  const said = failure.text === '' ? '' : ` (${failure.text})`;
  return new OciError(`cannot ${context.action}: ${kind.why}${said}`, {
    code: kind.code,
    hint: kind.hint,
    retryable: kind.retryable,
    status: failure.status,
    registryCodes: failure.entries.map((entry) => entry.code).filter((code) => code !== ''),
  });
}

interface Kind {
  readonly code: OciErrorCode;
  readonly why: string;
  readonly hint?: string | undefined;
  readonly retryable?: boolean | undefined;
}

function classify(failure: RegistryFailure, context: FailureContext): Kind {
  const { status } = failure;
  if (hasCode(failure, 'NAME_UNKNOWN') && status < 500) {
    return { code: 'OCI_REPOSITORY_MISSING', why: 'the repository does not exist' };
  }
  if (status === 429 || hasCode(failure, 'TOOMANYREQUESTS')) {
    return {
      code: 'OCI_RATE_LIMITED',
      why: 'the registry limits requests',
      hint:
        context.standing === 'accepted'
          ? 'wait, then try again'
          : 'wait, or log in: the limit of an account is higher',
      retryable: true,
    };
  }
  if (status === 401) return unauthorized(context);
  if (status === 403) {
    return {
      code: 'OCI_DENIED',
      why: 'access is denied',
      hint:
        context.standing === 'accepted'
          ? 'the account in use lacks the permission'
          : 'no credentials were sent: log in, or give them in a credentials file',
    };
  }
  if (status === 404) return { code: 'OCI_NOT_FOUND', why: 'it is not there' };
  if (status >= 500 || status === 408) {
    return { code: 'OCI_REGISTRY', why: `the registry answered ${status}`, retryable: true };
  }
  if (status >= 300 && status < 400) {
    return {
      code: 'OCI_REGISTRY',
      why: `the registry answered with a redirect (${status}) that is not followed`,
    };
  }
  return { code: 'OCI_REGISTRY', why: `the registry answered ${status}` };
}

function unauthorized(context: FailureContext): Kind {
  // After a login that worked, 401 is how some registries say "missing, or not for you" (Docker Hub).
  if (context.standing === 'accepted') {
    return {
      code: 'OCI_DENIED',
      why: 'the registry does not accept the credentials for this',
      hint: 'check that the repository exists, and that the account may use it',
    };
  }
  if (context.standing === 'refused') {
    return {
      code: 'OCI_UNAUTHORIZED',
      why: 'the registry does not accept the credentials there are',
      hint: 'check them, or log in again',
    };
  }
  return {
    code: 'OCI_UNAUTHORIZED',
    why: 'the registry wants credentials',
    hint: 'the repository is private or does not exist: log in, or give credentials',
  };
}
