import { HatcheckError, refuse } from '../../domain/errors.ts';
import { contract, isRouteKey } from '../contract.ts';
import type { RouteKey } from '../contract.ts';
import type { ApiMiddleware } from '../middleware.ts';

/** Finds the route that API Gateway matched, among those that this function serves. */
export const route = (serves: (key: RouteKey) => boolean): ApiMiddleware => ({
  before: ({ context: { call } }) => {
    const { routeKey: key } = call.incoming;
    if (!isRouteKey(key) || !serves(key)) throw new HatcheckError(refuse('not_found', 'no such route here'));
    call.route = { key, contract: contract[key] };
  },
});
