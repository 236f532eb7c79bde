import type { RegistryRequest } from '../http/exchange.js';
import { routeRepository } from '../http/route.js';
import type { NeededAccess } from './authorizer.js';

/** What a request needs, by its route and method. */
export function neededAccess({ method, route }: RegistryRequest): NeededAccess {
  const repository = routeRepository(route);
  if (route.kind === 'catalog') return { catalog: true, action: 'pull' };
  if (method === 'GET' && route.kind === 'upload') return { repository, action: 'push' };
  if (method === 'GET' || method === 'HEAD') return { repository, action: 'pull' };
  if (method === 'DELETE' && route.kind !== 'upload') return { repository, action: 'delete' };
  return { repository, action: 'push' };
}
