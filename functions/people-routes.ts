import type { Desk } from '../lib/broker/broker.ts';
import { type SignIns, endPersonsSessions } from '../lib/broker/end-persons-sessions.ts';
import type { Call, Routes } from '../lib/http/api.ts';

/** Served by the function `requests`. */
export const peopleRoutes = (desk: Desk & { readonly signIns: SignIns }) =>
  ({
    'DELETE /v1/people/{id}/sessions': async ({
      path,
      body,
      remainingMs,
      ...call
    }: Call<'DELETE /v1/people/{id}/sessions'>) => {
      const principal = await call.principal;
      const act = { handle: path.id, reason: body.reason, principal, patience: { remainingMs } };
      return { status: 200, json: { ended: await endPersonsSessions(desk, act) } };
    },
  }) satisfies Routes;
