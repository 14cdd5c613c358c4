import type { Desk } from '../lib/broker/broker.ts';
import { listDelegations, makeDelegation, removeDelegation } from '../lib/broker/delegations.ts';
import type { Call, Routes } from '../lib/http/api.ts';

/** Served by the function `requests`. */
export const delegationRoutes = (desk: Desk) =>
  ({
    'GET /v1/delegations': async (call: Call<'GET /v1/delegations'>) => ({
      status: 200,
      json: { delegations: await listDelegations(desk, await call.principal) },
    }),
    'POST /v1/delegations': async ({ body: ask, remainingMs, ...call }: Call<'POST /v1/delegations'>) => {
      const principal = await call.principal;
      return {
        status: 200,
        json: { delegation: await makeDelegation(desk, { principal, ask, patience: { remainingMs } }) },
      };
    },
    'DELETE /v1/delegations/{id}': async ({ path, remainingMs, ...call }: Call<'DELETE /v1/delegations/{id}'>) => {
      const acting = { principal: await call.principal, patience: { remainingMs } };
      return { status: 200, json: { delegations: await removeDelegation(desk, { ...acting, delegationId: path.id }) } };
    },
  }) satisfies Routes;
