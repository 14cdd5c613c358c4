import * as z from 'zod';
import type { Browser } from '../browser.ts';
import { codeOf, refused, requestIn } from './steps.ts';
import type { Teller } from './teller.ts';

interface People {
  readonly engineer: Browser;
  readonly approver: Browser;
  readonly security: Browser;
}

const endOf = (request: ReturnType<typeof requestIn>): string => request?.grant?.endsAt ?? '';

/** A live grant goes on while more time is asked for, and ends later once somebody said yes. */
export const moreTime = async (engineer: Browser, approver: Browser, id: string, teller: Teller): Promise<void> => {
  const path = `/v1/requests/${id}`;
  const before = endOf(requestIn(await engineer.call('GET', path)));
  const justification = 'The workers take longer to drain than I thought.';
  const asked = await engineer.call('POST', `${path}/extend`, { durationSeconds: 1800, justification });
  teller.step(
    'the engineer asks for half an hour more, and loses nothing meanwhile',
    requestIn(asked)?.extension?.status ?? codeOf(asked),
    requestIn(asked)?.extension?.status === 'pending' && endOf(requestIn(asked)) === before,
  );
  const approved = await approver.call('POST', `${path}/approve`);
  const after = endOf(requestIn(approved));
  teller.step('the approver says yes to that too', after, Date.parse(after) - Date.parse(before) === 1_800_000);
};

/** Two teams, one after the other. */
export const twoStages = async ({ engineer, approver, security }: People, teller: Teller): Promise<void> => {
  const asked = await engineer.call('POST', '/v1/requests', {
    entitlementId: 'payments-admin',
    justification: 'The ledger of payments needs an index.',
    durationSeconds: 900,
  });
  const path = `/v1/requests/${requestIn(asked)?.id ?? ''}`;
  const early = await security.call('POST', `${path}/approve`);
  teller.step('security cannot go first', codeOf(early), codeOf(early) === 'not_an_approver');
  const first = await approver.call('POST', `${path}/approve`);
  teller.step(
    'the lead says yes, and one yes is missing',
    `${requestIn(first)?.status ?? codeOf(first)}, ${requestIn(first)?.approvalsNeeded ?? '?'} missing`,
    requestIn(first)?.status === 'pending' && requestIn(first)?.approvalsNeeded === 1,
  );
  const second = await security.call('POST', `${path}/approve`);
  teller.step(
    'then security does',
    requestIn(second)?.status ?? codeOf(second),
    requestIn(second)?.status === 'approved',
  );
  const ended = await engineer.call('POST', `${path}/end`);
  teller.step('who is done ends it', requestIn(ended)?.status ?? codeOf(ended), requestIn(ended)?.status === 'ended');
};

/** At once and loud, once at a time, and looked at by somebody else. */
export const breakTheGlass = async ({ engineer, security }: People, teller: Teller): Promise<void> => {
  const ask = {
    ...{ entitlementId: 'prod-admin', breakGlass: true, durationSeconds: 900 },
    justification: 'Production is down and nobody answers.',
  };
  const broken = await engineer.call('POST', '/v1/requests', ask);
  const path = `/v1/requests/${requestIn(broken)?.id ?? ''}`;
  teller.step(
    'the engineer needs nobody’s yes',
    requestIn(broken)?.status ?? codeOf(broken),
    requestIn(broken)?.status === 'approved',
  );
  const credentials = await engineer.call('POST', `${path}/credentials`);
  teller.step('and has credentials', String(credentials.status), credentials.status === 200);
  const again = await engineer.call('POST', '/v1/requests', ask);
  teller.step('but not a second time at once', codeOf(again), codeOf(again) === 'limit_reached');
  const own = await engineer.call('POST', `${path}/review`, { verdict: 'justified', comment: 'It was me.' });
  teller.step('nor reviews what they did themselves', codeOf(own), codeOf(own) === 'self_approval');
  const comment = 'The incident is on record; the commands fit it.';
  const reviewed = await security.call('POST', `${path}/review`, { verdict: 'justified', comment });
  teller.step(
    'security does',
    requestIn(reviewed)?.review?.verdict ?? codeOf(reviewed),
    requestIn(reviewed)?.review?.verdict === 'justified',
  );
  const revoked = await security.call('POST', `${path}/revoke`, { reason: 'Production is up again.' });
  teller.step('and ends it', requestIn(revoked)?.status ?? codeOf(revoked), requestIn(revoked)?.status === 'revoked');
};

/** Felt by the next issue, and gone without a trace on the grant. */
export const hold = async ({ engineer, security }: People, id: string, teller: Teller): Promise<void> => {
  const placed = await security.call('POST', '/v1/holds', {
    ...{ on: 'entitlement', entitlementId: 'prod-admin' },
    reason: 'Somebody may be in there who should not.',
  });
  const { data } = z.looseObject({ hold: z.looseObject({ id: z.string() }) }).safeParse(placed.json);
  teller.step('security holds prod-admin', data?.hold.id ?? codeOf(placed), data !== undefined);
  await refused(engineer, id, 'on_hold', 'credentials of a live grant', teller);
  const lifted = await security.call('DELETE', `/v1/holds/${data?.hold.id ?? ''}`);
  teller.step('and lifts it', String(lifted.status), lifted.status === 200);
  const credentials = await engineer.call('POST', `/v1/requests/${id}/credentials`);
  teller.step('the grant goes on', String(credentials.status), credentials.status === 200);
};
