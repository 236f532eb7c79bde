import { OciError } from '../errors/oci-error.js';
import { headerValues, type HttpRequest, type HttpResponse } from '../transport/http-message.js';
import type { HttpClient } from '../transport/http-client.js';
import { discardBody } from '../transport/read-body.js';
import { parseChallenges, type Challenge } from './challenge.js';
import {
  CredentialChain,
  type CredentialChoice,
  type CredentialSubject,
  type RefusedCredential,
} from './credential-chain.js';
import type { CredentialProvider } from './credentials/provider.js';
import { readExpiry } from './expired-answer.js';
import { resolveRealm } from './realm.js';
import { formatScopes, parseScopes, type Scope } from './scope.js';
import { TokenCache, type TokenKey } from './token-cache.js';
import { CredentialRefusal, basicAuthorization, requestToken, type BearerToken } from './token-request.js';

/** A request to a registry, to be sent with whatever credentials it takes. */
export interface AuthorizedRequest extends Omit<HttpRequest, 'authorization' | 'purpose'> {
  /** Whose credentials: host and port as in references. */
  readonly registry: string;
  /** Repository acted on, for credentials kept per namespace. */
  readonly repository: string;
  /** What a token must permit; the one needed most first. */
  readonly scopes: readonly Scope[];
  /** The token must be good for at least this long, where it can be. @default 10_000 */
  readonly tokenLifeMs?: number | undefined;
}

/** Options of {@link createAuthenticator}. */
export interface AuthenticatorOptions {
  readonly http: HttpClient;
  /** Asked in this order; anonymous comes last by itself. */
  readonly providers: readonly CredentialProvider[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told once of each credential that was refused. */
  readonly onRefused?: ((refused: RefusedCredential) => void) | undefined;
}

/** Sends requests with credentials, and keeps tokens, for one run. */
export interface Authenticator {
  /**
   * Sends a request. Knows what the origin asked for before, so that a token is sent at once; a 401, or a
   * registry's own form of "expired", is answered once with what it asks for. Resolves with any answer, a
   * final 401 included.
   * @throws OciError `OCI_UNAUTHORIZED`, `OCI_CREDENTIALS`; retryable `OCI_UNAUTHORIZED` when a streamed body
   * would have to be sent again; what the transport throws.
   */
  send(request: AuthorizedRequest): Promise<HttpResponse>;
  /**
   * Whether the last requests for a repository went out with credentials (`accepted`), or without, because there
   * are none (`anonymous`) or all were refused (`refused`).
   */
  standing(registry: string, repository: string): 'anonymous' | 'refused' | 'accepted';
  /** Credentials that were refused so far. */
  refused(): readonly RefusedCredential[];
}

/** The authenticator of a run. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  return new RunAuthenticator(options);
}

/** What is known of an origin: how it challenges, or that it never did; absent until it first answered. */
interface OriginKnowledge {
  challenge: Challenge | undefined;
  /** Where the challenge came from: a relative realm is relative to it. */
  challenger: URL;
  /** Its realm when first seen; identity tokens go nowhere else. */
  realm: string | undefined;
}

/** What one attempt was sent with. */
interface Authorization {
  readonly header: string | undefined;
  readonly choice: CredentialChoice;
  readonly token?:
    | { readonly key: TokenKey; readonly token: BearerToken; readonly fresh: boolean }
    | undefined;
}

/** What happened so far to one request. */
interface Progress {
  /** Scopes a registry asked for beyond ours. */
  extraScopes: readonly string[];
  renewedToken: boolean;
  renewedCredential: boolean;
}

/** Registries ask a handful of times at most: a new token, a wider one, one per refused credential. */
const mostAttempts = 8;

class RunAuthenticator implements Authenticator {
  readonly #http: HttpClient;
  readonly #now: () => number;
  readonly #tokens: TokenCache;
  readonly #chain: CredentialChain;
  readonly #origins = new Map<string, OriginKnowledge>();
  readonly #learning = new Map<string, Promise<void>>();

  constructor(options: AuthenticatorOptions) {
    this.#http = options.http;
    this.#now = options.now;
    this.#tokens = new TokenCache(options.now);
    this.#chain = new CredentialChain(options.providers, options.onRefused);
  }

  standing(registry: string, repository: string): 'anonymous' | 'refused' | 'accepted' {
    return this.#chain.standing(registry, repository);
  }

  refused(): readonly RefusedCredential[] {
    return this.#chain.refused();
  }

  async send(request: AuthorizedRequest): Promise<HttpResponse> {
    const { origin } = request.url;
    if (this.#origins.has(origin) || request.url.protocol === 'http:')
      return await this.#sendWithAuth(request);
    // The first to speak to an origin learns how it challenges; the others wait rather than be refused, too.
    const learning = this.#learning.get(origin);
    if (learning !== undefined) {
      await untilAborted(learning, request.signal);
      return await this.#sendWithAuth(request);
    }
    let learnt = (): void => {};
    this.#learning.set(origin, new Promise((resolve) => (learnt = resolve)));
    try {
      return await this.#sendWithAuth(request, learnt);
    } finally {
      learnt();
      this.#learning.delete(origin);
    }
  }

  async #sendWithAuth(request: AuthorizedRequest, onAnswer?: () => void): Promise<HttpResponse> {
    const progress: Progress = { extraScopes: [], renewedToken: false, renewedCredential: false };
    for (let attempt = 1; ; attempt += 1) {
      const authorization = await this.#authorize(request, progress);
      const response = await this.#http.request({ ...request, authorization: authorization.header });
      const answer = await this.#judge(request, authorization, response, progress);
      onAnswer?.();
      if (answer !== 'again') return answer;
      if (attempt === mostAttempts) {
        throw new OciError(`${request.url.host} keeps asking for other credentials`, {
          code: 'OCI_UNAUTHORIZED',
        });
      }
      if (request.body !== undefined && !(request.body instanceof Uint8Array)) {
        throw new OciError(`${request.url.host} asked for credentials again while content was sent`, {
          code: 'OCI_UNAUTHORIZED',
          retryable: true,
          status: response.status,
        });
      }
    }
  }

  /** What to send with a request, by what the origin is known to want. */
  async #authorize(request: AuthorizedRequest, progress: Progress): Promise<Authorization> {
    const subject = subjectOf(request);
    const known = this.#origins.get(request.url.origin);
    if (known?.challenge === undefined) {
      return { header: undefined, choice: { id: 'none', provider: undefined, credential: undefined } };
    }
    const choice = await this.#chain.current(subject);
    const { credential } = choice;
    if (credential?.kind === 'registry-token') return { header: `Bearer ${credential.token}`, choice };
    if (known.challenge.scheme === 'basic') return { header: basicAuthorization(credential), choice };
    try {
      return await this.#bearer(request, known, choice, progress);
    } catch (error) {
      if (!(error instanceof CredentialRefusal)) throw error;
      await this.#chain.refuse(subject, choice, { reason: error.message, renew: true });
      return await this.#authorize(request, progress);
    }
  }

  async #bearer(
    request: AuthorizedRequest,
    known: OriginKnowledge,
    choice: CredentialChoice,
    progress: Progress,
  ): Promise<Authorization> {
    const parameters = known.challenge?.parameters;
    const realm = resolveRealm(known.challenger, parameters?.get('realm') ?? '');
    known.realm ??= realm.href;
    if (choice.credential?.kind === 'identity-token' && known.realm !== realm.href) {
      throw new OciError(`${request.url.host} names another token endpoint than before`, {
        code: 'OCI_REFUSED_REDIRECT',
        hint: 'an identity token is sent to one endpoint only',
      });
    }
    const service = parameters?.get('service');
    const scopes = [...new Set([...formatScopes(request.scopes), ...progress.extraScopes])];
    const owner = JSON.stringify([request.url.origin, realm.href, service, choice.id]);
    const key = { owner, scopes };
    const requested = this.#tokens.get(key, request.tokenLifeMs ?? 0, () =>
      requestToken(this.#http, {
        realm,
        service,
        scopes,
        credential: choice.credential,
        now: this.#now,
        onRequest: request.onRequest,
      }),
    );
    const { token, fresh } = await untilAborted(requested, request.signal);
    return { header: `Bearer ${token.value}`, choice, token: { key, token, fresh } };
  }

  /** The final answer, or `again` when what was learnt from this one is worth another attempt. */
  async #judge(
    request: AuthorizedRequest,
    sent: Authorization,
    response: HttpResponse,
    progress: Progress,
  ): Promise<HttpResponse | 'again'> {
    if (response.url.origin !== request.url.origin) return await this.#answerElsewhere(request, response);
    if (response.status === 401) return await this.#answerChallenge(request, sent, response, progress);
    if (!this.#origins.has(response.url.origin)) this.#remember(response.url, undefined);
    if ((response.status !== 403 && response.status !== 400) || sent.header === undefined) return response;
    const expiry = await readExpiry(this.#http, { ...request, authorization: sent.header }, response);
    if (expiry.reason === undefined) return expiry.response;
    return await this.#renew(request, sent, expiry.response, progress, expiry.reason);
  }

  /** A 401: learn the challenge, and decide whether another attempt can do better. */
  async #answerChallenge(
    request: AuthorizedRequest,
    sent: Authorization,
    response: HttpResponse,
    progress: Progress,
  ): Promise<HttpResponse | 'again'> {
    const challenge = usableChallenge(response);
    if (challenge !== undefined) this.#remember(response.url, challenge);
    const known = this.#origins.get(response.url.origin)?.challenge;
    // gcr.io answers some calls with a bare 401: what it asked for before holds.
    if (known === undefined) {
      this.#remember(response.url, undefined);
      return response;
    }
    if (sent.header === undefined) return await this.#firstAttempt(request, sent, response, known);
    if (sent.token === undefined)
      return await this.#renew(request, sent, response, progress, 'it answered 401');
    if (challenge?.parameters.get('error') === 'insufficient_scope' && progress.extraScopes.length === 0) {
      const missing = parseScopes(challenge.parameters.get('scope')).filter(
        (scope) => !sent.token?.key.scopes.includes(scope),
      );
      if (missing.length > 0) {
        progress.extraScopes = missing;
        discardBody(response);
        return 'again';
      }
    }
    if (sent.token.fresh) return response;
    return await this.#renew(request, sent, response, progress, 'it answered 401');
  }

  /** The first 401 of an origin: there is a point in trying again when there is something to send. */
  async #firstAttempt(
    request: AuthorizedRequest,
    sent: Authorization,
    response: HttpResponse,
    known: Challenge,
  ): Promise<HttpResponse | 'again'> {
    if (known.scheme === 'basic') {
      const choice = await this.#chain.current(subjectOf(request));
      if (
        basicAuthorization(choice.credential) === undefined &&
        choice.credential?.kind !== 'registry-token'
      ) {
        return response;
      }
      // Sent without, although there is one: the challenge was not known yet.
      if (sent.choice.id === choice.id) return response;
    }
    discardBody(response);
    return 'again';
  }

  /** What was sent is not accepted any more: once a new token, once a new credential, then the next provider. */
  async #renew(
    request: AuthorizedRequest,
    sent: Authorization,
    response: HttpResponse,
    progress: Progress,
    reason: string,
  ): Promise<HttpResponse | 'again'> {
    if (sent.token !== undefined) {
      this.#tokens.drop(sent.token.key, sent.token.token);
      if (progress.renewedToken) return response;
      progress.renewedToken = true;
      discardBody(response);
      return 'again';
    }
    if (sent.choice.credential === undefined) return response;
    const renew = !progress.renewedCredential;
    progress.renewedCredential = true;
    discardBody(response);
    await this.#chain.refuse(subjectOf(request), sent.choice, { reason, renew });
    return 'again';
  }

  /**
   * A redirect led to a host with its own challenge (registry.k8s.io): it gets a token for anybody, from its
   * own endpoint, and never one of the registry's credentials.
   */
  async #answerElsewhere(request: AuthorizedRequest, response: HttpResponse): Promise<HttpResponse> {
    const challenge = response.status === 401 ? usableChallenge(response) : undefined;
    if (challenge?.scheme !== 'bearer') return response;
    const realm = resolveRealm(response.url, challenge.parameters.get('realm') ?? '');
    if (realm.origin !== response.url.origin) return response;
    discardBody(response);
    const service = challenge.parameters.get('service');
    const named = parseScopes(challenge.parameters.get('scope'));
    const scopes = named.length > 0 ? named : formatScopes(request.scopes);
    const owner = JSON.stringify([response.url.origin, realm.href, service, 'anonymous']);
    const { token } = await this.#tokens.get({ owner, scopes }, 0, () =>
      requestToken(this.#http, {
        realm,
        service,
        scopes,
        credential: undefined,
        now: this.#now,
        onRequest: request.onRequest,
      }),
    );
    return await this.#http.request({
      ...request,
      url: response.url,
      authorization: `Bearer ${token.value}`,
    });
  }

  #remember(challenger: URL, challenge: Challenge | undefined): void {
    const known = this.#origins.get(challenger.origin);
    if (known === undefined) {
      this.#origins.set(challenger.origin, { challenge, challenger, realm: undefined });
    } else if (challenge !== undefined) {
      known.challenge = challenge;
      known.challenger = challenger;
    }
  }
}

/** Bearer before Basic; Negotiate, NTLM and others cannot be answered. */
function usableChallenge(response: HttpResponse): Challenge | undefined {
  const challenges = parseChallenges(headerValues(response, 'www-authenticate'));
  return (
    challenges.find(({ scheme, parameters }) => scheme === 'bearer' && parameters.has('realm')) ??
    challenges.find(({ scheme }) => scheme === 'basic')
  );
}

function subjectOf(request: AuthorizedRequest): CredentialSubject {
  return {
    registry: request.registry,
    repository: request.repository,
    push: request.scopes.some((scope) => scope.actions.includes('push')),
    signal: request.signal,
  };
}

/** Waits for something shared with others: a cancellation ends the waiting, not the thing. */
async function untilAborted<T>(shared: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await shared;
  signal.throwIfAborted();
  let cancel = (): void => {};
  const cancelled = new Promise<never>((_resolve, reject) => {
    cancel = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', cancel, { once: true });
  });
  try {
    return await Promise.race([shared, cancelled]);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
