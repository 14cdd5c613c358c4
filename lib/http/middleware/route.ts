import { HatcheckError, refuse } from '../../domain/errors.ts';
import { certain } from '../../domain/invariant.ts';
import type { RouteKey, SomeOfContract } from '../contract.ts';
import type { ApiMiddleware } from '../middleware.ts';

/** Finds the route that API Gateway matched, among those that this function serves, each by its contract. */
export const route = (contract: SomeOfContract, serves: (key: string) => key is RouteKey): ApiMiddleware => ({
  before: ({ context: { call } }) => {
    const { routeKey: key } = call.incoming;
    if (!serves(key)) throw new HatcheckError(refuse('not_found', 'no such route here'));
    call.route = { key, contract: certain(contract[key], `${key} is served without its contract`) };
  },
});
