import { OciError, isOciError } from '../errors/oci-error.js';

const untrustedCertificate = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

const invalidCertificate = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['CERT_REVOKED', 'its certificate was revoked'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
]);

const lost = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNABORTED', 'UND_ERR_ABORTED']);

/** The code of an error, or of the first of several (connecting to all addresses of a name). */
export function errorCode(error: unknown): string | undefined {
  if (error instanceof AggregateError && !('code' in error)) return errorCode(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Whether a failed TLS handshake means that the other side does not speak TLS at all. */
export function isNotTls(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  const message = error instanceof Error ? error.message : '';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') return true;
  if (code === 'EPROTO') return /wrong version number|packet length too long/i.test(message);
  return code === 'ECONNRESET' && /before secure TLS connection/i.test(message);
}

/** What a failed exchange with a host comes to. Errors that are ours already (from a body) stay as they are. */
export function networkError(error: unknown, host: string): OciError {
  if (isOciError(error)) return error;
  const code = errorCode(error) ?? '';
  const cause = error;
  if (untrustedCertificate.has(code)) {
    return new OciError(`the certificate of ${host} is not signed by a trusted authority`, {
      code: 'OCI_TLS',
      hint: 'give the certificate of its authority with --ca-file, or in NODE_EXTRA_CA_CERTS',
      cause,
    });
  }
  const invalid = invalidCertificate.get(code);
  if (invalid !== undefined) {
    return new OciError(`cannot trust ${host}: ${invalid}`, { code: 'OCI_TLS', cause });
  }
  if (isNotTls(error)) {
    return new OciError(`${host} does not speak TLS`, {
      code: 'OCI_TLS',
      hint: `if it is meant to be plain HTTP, say --plain-http ${host}`,
      cause,
    });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return new OciError(`TLS with ${host} failed (${code})`, { code: 'OCI_TLS', cause });
  }
  return connectionError(code, host, cause);
}

function connectionError(code: string, host: string, cause: unknown): OciError {
  switch (code) {
    case 'ECONNREFUSED':
      return new OciError(`connection refused by ${host}`, {
        code: 'OCI_NETWORK',
        hint: 'check the host and port, and that the registry is running',
        cause,
      });
    case 'ENOTFOUND':
      return new OciError(`unknown host ${host}`, {
        code: 'OCI_NETWORK',
        hint: 'check the spelling of the registry, and the name service',
        cause,
      });
    case 'EAI_AGAIN':
      return new OciError(`the name of ${host} could not be looked up`, {
        code: 'OCI_NETWORK',
        retryable: true,
        cause,
      });
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return timedOut(`connecting to ${host} took too long`, cause);
    case 'UND_ERR_HEADERS_TIMEOUT':
      return timedOut(`${host} did not answer in time`, cause);
    case 'UND_ERR_BODY_TIMEOUT':
      return timedOut(`${host} stopped sending in the middle of an answer`, cause);
    case 'UND_ERR_HEADERS_OVERFLOW':
      return new OciError(`${host} sent too many header bytes`, { code: 'OCI_TOO_LARGE', cause });
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return new OciError(`the content sent to ${host} is not of the size that was announced`, {
        code: 'OCI_SIZE_MISMATCH',
        cause,
      });
    default:
      return otherError(code, host, cause);
  }
}

function otherError(code: string, host: string, cause: unknown): OciError {
  if (lost.has(code) || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
    return new OciError(`the connection to ${host} was lost`, {
      code: 'OCI_NETWORK',
      retryable: true,
      cause,
    });
  }
  if (code.startsWith('HPE_')) {
    return new OciError(`${host} does not answer in HTTP (${code})`, { code: 'OCI_NETWORK', cause });
  }
  const detail = code === '' && cause instanceof Error ? cause.message : code;
  return new OciError(`cannot reach ${host} (${detail})`, { code: 'OCI_NETWORK', cause });
}

function timedOut(message: string, cause: unknown): OciError {
  return new OciError(message, { code: 'OCI_TIMEOUT', retryable: true, cause });
}
