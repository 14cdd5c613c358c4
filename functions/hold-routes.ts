import type { Desk } from '../lib/broker/broker.ts';
import { hold, lift, listHolds } from '../lib/broker/holds.ts';
import type { Call, Routes } from '../lib/http/api.ts';

/** Served by the function `requests`. */
export const holdRoutes = (desk: Desk) =>
  ({
    'GET /v1/holds': async (call: Call<'GET /v1/holds'>) => ({
      status: 200,
      json: { holds: await listHolds(desk, await call.principal) },
    }),
    'POST /v1/holds': async ({ body, remainingMs, ...call }: Call<'POST /v1/holds'>) => {
      const { reason, ...named } = body;
      const principal = await call.principal;
      return { status: 200, json: { hold: await hold(desk, { principal, named, reason, patience: { remainingMs } }) } };
    },
    'DELETE /v1/holds/{id}': async ({ path, body, remainingMs, ...call }: Call<'DELETE /v1/holds/{id}'>) => {
      const principal = await call.principal;
      const holds = await lift(desk, { ...body, holdId: path.id, principal, patience: { remainingMs } });
      return { status: 200, json: { holds } };
    },
  }) satisfies Routes;
