import { contract } from '../../lib/http/contract.ts';
import type { RouteKey } from '../../lib/http/contract.ts';

export const isRouteKey = (key: string): key is RouteKey => Object.hasOwn(contract, key);

/** Of every route there is. */
export const routeKeys: readonly RouteKey[] = Object.keys(contract).filter(isRouteKey);
