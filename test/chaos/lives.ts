import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod';
import type { Act } from '../support/history.ts';
import type { Caller, Heard } from './caller.ts';

/** What people know of each other's requests; nobody tells it to the broker. */
export interface Board {
  /** Newest last. */
  readonly requestIds: string[];
  readonly isOver: () => boolean;
}

/** What somebody does again and again until it is over. */
export type Life = (me: Caller, board: Board) => Promise<void>;

const JUSTIFICATION = 'The queue is stuck again.';
const ASKS = [
  { entitlementId: 'prod-read', durationSeconds: 900 },
  { entitlementId: 'staging-admin', durationSeconds: 1800 },
  { entitlementId: 'legacy-admin', durationSeconds: 1800 },
  { entitlementId: 'prod-admin', durationSeconds: 1800, ticket: 'OPS-1' },
  { entitlementId: 'payments-admin', durationSeconds: 900 },
] as const;

const requestSchema = z.object({ request: z.object({ id: z.string(), status: z.string() }) });
const listSchema = z.object({ requests: z.array(z.object({ id: z.string() })) });

const act = (me: Caller, use: Act, id: string, body?: object): Promise<Heard> =>
  me.ask({ use, requestId: id, path: `/v1/requests/${id}/${use}`, ...(body ? { body } : {}) });
const thinks = (me: Caller, upToMs: number): Promise<void> => pause(upToMs * me.fraction());
const happens = (me: Caller, chance: number): boolean => me.fraction() < chance;
const oneOf = <T>(me: Caller, some: readonly T[]): T | undefined => some[Math.floor(me.fraction() * some.length)];

/** Asks, waits for a yes, takes credentials and a console, asks for more time, ends or cancels. */
export const asks: Life = async (me, board) => {
  const ask = oneOf(me, ASKS);
  const key = `${me.by.subject}-${Math.floor(me.fraction() * 2 ** 40)}`;
  const made = requestSchema.safeParse(
    (await me.ask({ use: 'submit', path: '/v1/requests', body: { ...ask, justification: JUSTIFICATION }, key })).json,
  ).data?.request;
  if (!made) return thinks(me, 500);
  board.requestIds.push(made.id);
  if ((await decided(me, board, made)) !== 'approved') {
    await act(me, 'cancel', made.id);
    return undefined;
  }
  await act(me, 'credentials', made.id);
  if (happens(me, 0.5)) await act(me, 'console', made.id, {});
  if (ask?.entitlementId === 'prod-admin')
    await act(me, 'extend', made.id, { durationSeconds: 900, justification: JUSTIFICATION });
  await thinks(me, 1000);
  await act(me, 'credentials', made.id);
  if (happens(me, 0.6)) await act(me, 'end', made.id);
  if (happens(me, 0.3)) await act(me, 'credentials', made.id);
  return undefined;
};

const LOOKS = 6;

/** The status after a while: whoever decides may be slow. */
const decided = async (me: Caller, board: Board, made: { id: string; status: string }): Promise<string> => {
  let { status } = made;
  for (let looks = 0; status === 'pending' && looks < LOOKS && !board.isOver(); looks += 1) {
    await thinks(me, 2000);
    const { json } = await me.ask({ use: 'read', method: 'GET', requestId: made.id, path: `/v1/requests/${made.id}` });
    status = requestSchema.safeParse(json).data?.request.status ?? status;
  }
  return status;
};

/** Says yes to most of what waits, no to some, and now and then the same again. */
export const decides: Life = async (me, board) => {
  const { json } = await me.ask({
    use: 'list',
    method: 'GET',
    path: '/v1/requests?as=approver&status=pending&limit=20',
  });
  const waiting = (listSchema.safeParse(json).data?.requests ?? []).map(({ id }) => id);
  // What has more time asked for is not pending.
  for (const id of [oneOf(me, waiting), oneOf(me, waiting), oneOf(me, board.requestIds.slice(-20))]) {
    if (id === undefined) continue;
    if (happens(me, 0.1)) await act(me, 'deny', id, { reason: 'Not now.' });
    else await act(me, 'approve', id, {});
    if (happens(me, 0.1)) await act(me, 'approve', id, {});
  }
  await thinks(me, 800);
};

/** Approves what is theirs, and takes back some of what was given. */
export const guards: Life = async (me, board) => {
  await decides(me, board);
  const id = oneOf(me, board.requestIds.slice(-30));
  if (id !== undefined && happens(me, 0.5)) await act(me, 'revoke', id, { reason: 'Their laptop was stolen.' });
  await thinks(me, 1500);
};

/** Reads everybody's list and what happened to one of them. */
export const watches: Life = async (me, board) => {
  await me.ask({ use: 'list', method: 'GET', path: '/v1/requests?as=auditor&limit=50' });
  const id = oneOf(me, board.requestIds);
  if (id !== undefined) await me.ask({ use: 'read', method: 'GET', requestId: id, path: `/v1/audit/requests/${id}` });
  await thinks(me, 2000);
};
