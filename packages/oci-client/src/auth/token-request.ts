import { OciError } from '../errors/oci-error.js';
import { printable } from '../errors/printable.js';
import type { HttpClient } from '../transport/http-client.js';
import type { HttpRequestListener, HttpResponse } from '../transport/http-message.js';
import { appendQuery } from '../transport/location.js';
import { readBody, readBodyStart } from '../transport/read-body.js';
import type { Credential } from './credentials/provider.js';

/** A bearer token and how long it is good for. */
export interface BearerToken {
  readonly value: string;
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number;
  /** How long it was good for when it came. */
  readonly lifeMs: number;
}

/** What {@link requestToken} asks for. */
export interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  /** As `formatScopes` gives them. */
  readonly scopes: readonly string[];
  /** Without one the token is for anybody. */
  readonly credential: Credential | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onRequest?: HttpRequestListener | undefined;
}

/** Thrown inside this folder when a token endpoint does not accept a credential; says what it said. */
export class CredentialRefusal extends Error {
  override readonly name = 'CredentialRefusal';
}

const largestAnswer = 128 * 1024;
const defaultLifeSeconds = 60;

/** Statuses with which token endpoints refuse what they are given; ECR Public says 400 of an expired login. */
const refusals = new Set([400, 401, 403]);

/** With these, an endpoint says that it has no OAuth2 form (POST); then it is asked in the older one (GET). */
const noOauth = new Set([400, 401, 404, 405]);

/**
 * Asks a token endpoint. Distribution token spec: GET with `service` and `scope`, Basic credentials if there are
 * any; POST with the OAuth2 refresh grant for an identity token only.
 * @throws CredentialRefusal when the endpoint does not accept the credential.
 * @throws OciError when it fails otherwise; it follows no redirect.
 */
export async function requestToken(http: HttpClient, request: TokenRequest): Promise<BearerToken> {
  const askedAtMs = request.now();
  const response = await ask(http, request);
  const host = request.realm.host;
  if (response.status === 200) {
    const body = await readBody(response, largestAnswer, 'the token');
    return readToken(body, host, askedAtMs);
  }
  const said = printable((await readBodyStart(response, 4096)).toString('utf8')).slice(0, 300);
  const status = response.status;
  if (request.credential !== undefined && refusals.has(status)) {
    throw new CredentialRefusal(`${host} answered ${status}${said === '' ? '' : ` (${said})`}`);
  }
  if (status >= 300 && status < 400) {
    throw new OciError(`the token endpoint ${host} answers with a redirect, which is not followed`, {
      code: 'OCI_REFUSED_REDIRECT',
      status,
    });
  }
  if (status === 401 || status === 403) {
    throw new OciError(`${host} gives no token without credentials`, {
      code: 'OCI_UNAUTHORIZED',
      hint: 'log in, or give credentials',
      status,
    });
  }
  throw new OciError(`the token endpoint ${host} answered ${status}${said === '' ? '' : ` (${said})`}`, {
    code: status === 429 ? 'OCI_RATE_LIMITED' : 'OCI_REGISTRY',
    retryable: status === 429 || status >= 500,
    status,
  });
}

async function ask(http: HttpClient, request: TokenRequest): Promise<HttpResponse> {
  const { credential } = request;
  if (credential?.kind === 'identity-token') {
    const response = await post(http, request, credential.token);
    if (!noOauth.has(response.status)) return response;
    response.body.destroy();
  }
  let url = request.realm;
  if (request.service !== undefined) url = appendQuery(url, 'service', request.service);
  for (const scope of request.scopes) url = appendQuery(url, 'scope', scope);
  return await http.request({
    method: 'GET',
    url,
    purpose: 'token',
    authorization: basicAuthorization(credential),
    followRedirects: false,
    onRequest: request.onRequest,
  });
}

function post(http: HttpClient, request: TokenRequest, refreshToken: string): Promise<HttpResponse> {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'oci-sync' });
  if (request.service !== undefined) form.set('service', request.service);
  if (request.scopes.length > 0) form.set('scope', request.scopes.join(' '));
  form.set('refresh_token', refreshToken);
  return http.request({
    method: 'POST',
    url: request.realm,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
    purpose: 'token',
    onRequest: request.onRequest,
  });
}

/** The `Authorization` value for Basic, if the credential has one. */
export function basicAuthorization(credential: Credential | undefined): string | undefined {
  if (credential?.kind === 'basic') return encodeBasic(credential.username, credential.password);
  if (credential?.kind === 'identity-token')
    return encodeBasic(credential.username ?? '<token>', credential.token);
  return undefined;
}

function encodeBasic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

function readToken(body: Buffer, host: string, askedAtMs: number): BearerToken {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString('utf8'));
  } catch (cause) {
    throw new OciError(`the token endpoint ${host} did not answer in JSON`, { code: 'OCI_REGISTRY', cause });
  }
  const fields: Readonly<Record<string, unknown>> =
    typeof answer === 'object' && answer !== null ? { ...answer } : {};
  const value = [fields['token'], fields['access_token']].find(
    (token): token is string => typeof token === 'string' && /^[\x21-\x7e]+$/.test(token),
  );
  if (value === undefined) {
    throw new OciError(`the token endpoint ${host} answered without a token`, { code: 'OCI_REGISTRY' });
  }
  const lifeMs = lifeSeconds(fields['expires_in']) * 1000;
  return { value, lifeMs, expiresAtMs: startMs(fields['issued_at'], askedAtMs, lifeMs) + lifeMs };
}

/** Without `expires_in`, or with less than that, a token counts as good for a minute, as the token spec says. */
function lifeSeconds(value: unknown): number {
  const seconds = typeof value === 'string' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return defaultLifeSeconds;
  return Math.min(Math.max(seconds, defaultLifeSeconds), 30 * 24 * 3600);
}

/** When the life of a token began: as the server says where that is plausible, else when it was asked for. */
function startMs(issuedAt: unknown, askedAtMs: number, lifeMs: number): number {
  const issuedMs = typeof issuedAt === 'string' ? Date.parse(issuedAt) : Number.NaN;
  const plausible = issuedMs <= askedAtMs && issuedMs > askedAtMs - lifeMs / 2;
  return plausible ? issuedMs : askedAtMs;
}
