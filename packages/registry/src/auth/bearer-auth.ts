import { randomBytes } from 'node:crypto';
import type { RegistryRequest, RegistryResponse } from '../http/exchange.js';
import { jsonResponse } from '../http/json-response.js';
import { readBody } from '../http/read-body.js';
import { RegistryError } from '../http/registry-error.js';
import type { BearerAuth } from '../registry-options.js';
import type { NeededAccess, TokenAuthorizer } from './authorizer.js';
import { parseBasic, passwordMatches } from './basic-credentials.js';
import { parseScopes, type Grants } from './scope.js';

interface Token {
  readonly grants: Grants;
  readonly expiresAtMs: number;
}

/** A token request's body is a form of a few short fields. */
const formBytes = 64 * 1024;
/** Tokens of a kind remembered at once; the oldest give way. */
const tokenCapacity = 10_000;

/**
 * Bearer authentication after distribution's token specification: opaque tokens from `GET /token` (Basic or
 * anonymous) and `POST /token` (OAuth2: `password` and `refresh_token`). Each token carries what was granted.
 */
export function bearerAuthorizer(options: BearerAuth, now: () => number): TokenAuthorizer {
  const { service = 'registry', expiresInSeconds = 300 } = options;
  const tokens = new Map<string, Token>();
  const refreshTokens = new Map<string, string>(Object.entries(options.identityTokens ?? {}));

  const remember = <T>(map: Map<string, T>, value: T): string => {
    const secret = randomBytes(32).toString('base64url');
    map.set(secret, value);
    const [oldest] = map.keys();
    if (map.size > tokenCapacity && oldest !== undefined) map.delete(oldest);
    return secret;
  };

  const challenge = (request: RegistryRequest, needed: NeededAccess, error: string | undefined) => {
    const realm = options.realm ?? `${request.origin}/token`;
    const scope = neededScope(needed);
    const fields = [
      `realm="${realm}"`,
      `service="${service}"`,
      ...(scope === undefined ? [] : [`scope="${scope}"`]),
      ...(error === undefined ? [] : [`error="${error}"`]),
    ];
    return new RegistryError(401, 'UNAUTHORIZED', 'authentication required', {
      headers: { 'www-authenticate': `Bearer ${fields.join(',')}` },
    });
  };

  const grant = (user: string | undefined, wanted: Grants): Grants => {
    if (user === undefined && !options.anonymousPull) return new Map();
    const granted = new Map<string, ReadonlySet<string>>();
    for (const [resource, actions] of wanted) {
      const allowed = allowedActions(user, resource);
      granted.set(resource, new Set([...actions].filter((action) => allowed.includes(action))));
    }
    return granted;
  };

  const allowedActions = (user: string | undefined, resource: string): readonly string[] => {
    if (!resource.startsWith('repository:')) return user === undefined ? [] : ['*'];
    if (options.access) return options.access(user, resource.slice('repository:'.length));
    return user === undefined ? ['pull'] : ['pull', 'push', 'delete', '*'];
  };

  const issue = (user: string | undefined, scopes: readonly string[], offline: boolean): RegistryResponse => {
    const issuedAtMs = now();
    const token = remember(tokens, {
      grants: grant(user, parseScopes(scopes)),
      expiresAtMs: issuedAtMs + expiresInSeconds * 1000,
    });
    const refresh = offline && user !== undefined ? { refresh_token: remember(refreshTokens, user) } : {};
    return jsonResponse(200, {
      [options.tokenField ?? 'token']: token,
      ...(options.omitExpiry
        ? {}
        : { expires_in: expiresInSeconds, issued_at: new Date(issuedAtMs).toISOString() }),
      ...refresh,
    });
  };

  const refuse = (message: string) => new RegistryError(401, 'UNAUTHORIZED', message);

  const fromQuery = (request: RegistryRequest): RegistryResponse => {
    const scopes = request.query.getAll('scope');
    const offline = request.query.get('offline_token') === 'true';
    if (!request.headers.authorization) {
      if (!options.anonymousPull) throw refuse('credentials are required');
      return issue(undefined, scopes, false);
    }
    const credentials = parseBasic(request.headers.authorization);
    if (!credentials || !passwordMatches(options.users, credentials.user, credentials.password)) {
      throw refuse('wrong user name or password');
    }
    return issue(credentials.user, scopes, offline);
  };

  const fromForm = async (request: RegistryRequest): Promise<RegistryResponse> => {
    const form = new URLSearchParams((await readBody(request.body, formBytes)).toString('utf8'));
    const scopes = form.getAll('scope');
    const offline = form.get('access_type') === 'offline';
    switch (form.get('grant_type')) {
      case 'refresh_token': {
        const user = refreshTokens.get(form.get('refresh_token') ?? '');
        if (user === undefined) throw refuse('unknown refresh token');
        return issue(user, scopes, offline);
      }
      case 'password': {
        const user = form.get('username') ?? '';
        if (!passwordMatches(options.users, user, form.get('password') ?? '')) {
          throw refuse('wrong user name or password');
        }
        return issue(user, scopes, offline);
      }
      default:
        throw new RegistryError(400, 'UNSUPPORTED', 'unsupported grant_type');
    }
  };

  return {
    issueToken: (request) =>
      request.method === 'POST' ? fromForm(request) : Promise.resolve(fromQuery(request)),
    authorize(request, needed) {
      const header = request.headers.authorization;
      if (header === undefined) throw challenge(request, needed, undefined);
      const token = tokens.get(/^bearer +(\S+)$/i.exec(header)?.[1] ?? '');
      if (!token || token.expiresAtMs <= now()) throw challenge(request, needed, 'invalid_token');
      const allows = (resource: string, action: string): boolean => {
        const actions = token.grants.get(resource);
        return actions?.has(action) === true || actions?.has('*') === true;
      };
      const resource = neededResource(needed);
      if (resource !== undefined && !allows(resource, needed.catalog ? '*' : needed.action)) {
        throw challenge(request, needed, 'insufficient_scope');
      }
      return { allows: (repository, action) => allows(`repository:${repository}`, action) };
    },
  };
}

function neededResource(needed: NeededAccess): string | undefined {
  if (needed.catalog) return 'registry:catalog';
  return needed.repository === undefined ? undefined : `repository:${needed.repository}`;
}

function neededScope(needed: NeededAccess): string | undefined {
  const resource = neededResource(needed);
  if (resource === undefined) return undefined;
  if (needed.catalog) return `${resource}:*`;
  return `${resource}:${needed.action === 'push' ? 'pull,push' : needed.action}`;
}
