import type { BoundedRole } from '../domain/boundary.ts';
import type { Snapshot } from '../domain/entitlement.ts';
import { BOUNDARY_EVERY_SECONDS } from '../domain/due.ts';
import type { Actor } from '../domain/event.ts';
import { certain } from '../domain/invariant.ts';
import type { RequestState } from '../domain/request.ts';
import { areToBeDenied, deniedSince } from '../domain/sessions-out.ts';
import { earliest, msOf, plusSeconds } from '../domain/time.ts';
import { appendAsSystem, seen } from './append-as-system.ts';
import type { Broker, Patience } from './broker.ts';
import type { Outcome } from './denies.ts';
import { type SessionsEnder, endSessions } from './end-sessions.ts';
import type { Dues } from './ports.ts';

/** What ends sessions, and puts on record that they are. */
export interface Revoker extends Omit<SessionsEnder, 'ledger'>, Pick<Broker, 'ledger' | 'policy' | 'chance' | 'warn'> {
  readonly dues: Pick<Dues, 'again' | 'done'>;
  /** What the tokens that we sign say in `iss`. */
  readonly issuer: string;
  /** Tells the operator: sessions may be out in an account that access.yml has no more, and nobody can reach them there. */
  readonly accountGone: (requestId: string, roleArn: string) => void;
}

const ON_REVOCATION: Actor = { kind: 'system', handle: 'on-revocation' };

/**
 * Ends the sessions of these requests that are out, role by role, and records of each how long it took. The ledger says which role, and
 * whether: nothing is denied on the word of whoever asks. As long as a deny stands the schedule asks again.
 *
 * @returns the requests that are to be tried again; the operator was told why
 */
export const revokeSessions = async (
  revoker: Revoker,
  requestIds: readonly string[],
  patience: Patience,
): Promise<readonly string[]> => {
  const failed: string[] = [];
  const found: RequestState[] = [];
  for (const requestId of new Set(requestIds)) {
    const before = await orFailed(revoker, [requestId], failed, () => seen(revoker, requestId));
    if (before) found.push(before.request);
  }
  await Promise.all(
    [...Map.groupBy(found, ({ snapshot }) => snapshot.roleArn).values()].map((ofRole) =>
      orFailed(revoker, ofRole.map(idOf), failed, async () => {
        failed.push(...(await onRole(revoker, ofRole, patience)));
      }),
    ),
  );
  return failed;
};

const idOf = ({ id }: RequestState): string => id;

/** What goes wrong with some holds up no others. */
const orFailed = async <T>(
  { warn }: Revoker,
  requestIds: readonly string[],
  failed: string[],
  work: () => Promise<T>,
): Promise<T | undefined> => {
  try {
    return await work();
  } catch (error) {
    warn(`the sessions of ${requestIds.join(', ')} are not ended`, error);
    failed.push(...requestIds);
    return undefined;
  }
};

/** All of them are of one role. */
const onRole = async (
  revoker: Revoker,
  requests: readonly RequestState[],
  patience: Patience,
): Promise<readonly string[]> => {
  const { snapshot } = certain(requests[0], 'a role of no request');
  const role = roleOf(revoker, snapshot);
  if (!role) return outOfReach(revoker, requests);
  const outcomes = await endSessions(revoker, role, requests.map(idOf), patience);
  const failed: string[] = [];
  for (const requestId of requests.map(idOf)) {
    const outcome = outcomes.get(requestId);
    if (outcome === 'unread') failed.push(requestId);
    // NB. What is not revoked is not dealt with either: a due that were noted as done now would not come back when it is.
    else if (outcome !== undefined)
      await orFailed(revoker, [requestId], failed, () =>
        outcome === 'over'
          ? revoker.dues.done({ requestId, kind: 'boundary', at: revoker.clock.now() })
          : record(revoker, requestId, outcome, patience),
      );
  }
  return failed;
};

/** Undefined when access.yml knows the account no more: without its ExternalId nobody lets us in. */
const roleOf = ({ policy, issuer }: Revoker, { roleArn, accountId }: Snapshot): BoundedRole | undefined => {
  const account = policy.accounts.find(({ id }) => id === accountId);
  return account && { roleArn, account, issuer };
};

/** Told again, and looked at again, until the account is back or no session can be out any more. @returns which are to be told again */
const outOfReach = async (revoker: Revoker, requests: readonly RequestState[]): Promise<readonly string[]> => {
  const failed: string[] = [];
  for (const request of requests) {
    const { id, snapshot } = request;
    if (areToBeDenied(request, revoker.clock.now())) {
      revoker.accountGone(id, snapshot.roleArn);
      failed.push(id);
    } else if (deniedSince(request) !== undefined)
      await orFailed(revoker, [id], failed, () =>
        revoker.dues.done({ requestId: id, kind: 'boundary', at: revoker.clock.now() }),
      );
  }
  return failed;
};

const record = async (
  revoker: Revoker,
  requestId: string,
  { by, until }: Exclude<Outcome, string>,
  patience: Patience,
): Promise<void> => {
  await appendAsSystem(revoker, { requestId, actor: ON_REVOCATION, patience }, ({ request, now }) => {
    const since = deniedSince(request);
    return request.sessionsEnded || since === undefined
      ? undefined
      : { type: 'sessions.ended', data: { tookMs: msOf(now) - msOf(since), by } };
  });
  const at = earliest(until, plusSeconds(revoker.clock.now(), BOUNDARY_EVERY_SECONDS));
  await revoker.dues.again({ requestId, kind: 'boundary', at });
};
