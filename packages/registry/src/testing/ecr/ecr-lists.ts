import type { Middleware, RegistryRequest, RegistryResponse } from '../../http/exchange.js';
import { RegistryError } from '../../http/registry-error.js';
import type { EcrAccount } from './ecr-account.js';
import type { EcrBehaviours } from './ecr-options.js';

/** Tag lists and referrers as ECR has them: registry behaviour 9 of the ECR profile. */
export function ecrLists(account: EcrAccount, behaviours: EcrBehaviours): Middleware {
  return async (request, next, state) => {
    const { route } = request;
    if (route.kind === 'referrers') {
      if (behaviours.referrers !== 'supported') throw new RegistryError(404, 'UNKNOWN', 'Not Found');
      account.require('ecr:ListImageReferrers', route.repository);
      if (!state.content.hasRepository(route.repository)) throw account.nameUnknown(route.repository);
      return next(request);
    }
    if (route.kind !== 'tags') return next(request);
    account.require('ecr:ListImages', route.repository);
    if (behaviours.noTagList) throw new RegistryError(404, 'UNKNOWN', 'Not Found');
    if (!state.content.hasRepository(route.repository)) throw account.nameUnknown(route.repository);
    const query = pageQuery(request, behaviours);
    const response = await next({ ...request, query });
    return behaviours.opaqueTagLinks ? withOpaqueLink(request, response) : response;
  };
}

function pageQuery(request: RegistryRequest, behaviours: EcrBehaviours): URLSearchParams {
  const query = new URLSearchParams(request.query);
  if (Number(query.get('n') ?? 0) > behaviours.largestTagPage) {
    throw new RegistryError(
      405,
      'UNSUPPORTED',
      "Invalid parameter at 'maxResults' failed to satisfy constraint: " +
        `'Member must have value less than or equal to ${behaviours.largestTagPage}'`,
    );
  }
  if (!query.has('n')) query.set('n', String(behaviours.tagPageSize));
  const last = query.get('last');
  if (last !== null && behaviours.opaqueTagLinks) {
    query.set('last', Buffer.from(last, 'base64url').toString('utf8'));
  }
  return query;
}

function withOpaqueLink(request: RegistryRequest, response: RegistryResponse): RegistryResponse {
  const headers = { ...response.headers, 'content-type': 'text/plain; charset=utf-8' };
  const { link } = response.headers;
  const target = typeof link === 'string' ? /^<([^>]*)>/.exec(link)?.[1] : undefined;
  if (target === undefined) return { ...response, headers };
  const url = new URL(target, request.origin);
  const last = Buffer.from(url.searchParams.get('last') ?? '').toString('base64url');
  url.searchParams.set('last', last);
  return { ...response, headers: { ...headers, link: `<${url.href}>; rel="next"` } };
}
