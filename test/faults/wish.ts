import type { Desk, Patience } from '../../lib/broker/broker.ts';
import { type Act, decideRequest } from '../../lib/broker/decide-request.ts';
import { makeDelegation, removeDelegation } from '../../lib/broker/delegations.ts';
import { hold, lift } from '../../lib/broker/holds.ts';
import { issueCredentials } from '../../lib/broker/issue.ts';
import { linkIdentities } from '../../lib/broker/link-identities.ts';
import { listRequests } from '../../lib/broker/list-requests.ts';
import { openConsole } from '../../lib/broker/open-console.ts';
import { readRequest } from '../../lib/broker/read-request.ts';
import { viewRequests } from '../../lib/broker/request-view.ts';
import { type Ask, submitBundle, submitRequest } from '../../lib/broker/submit-request.ts';
import type { Channel } from '../../lib/domain/command.ts';
import type { HoldTarget } from '../../lib/domain/hold.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import type { StruckPorts } from '../support/faults.ts';
import type { Entry, Given, Act as OnRequest } from '../support/history.ts';

/** What somebody wants of the broker. */
export type Wish =
  | { readonly use: 'submit'; readonly ask: Ask; readonly key?: string }
  | { readonly use: 'bundle'; readonly asks: readonly Ask[]; readonly key?: string }
  | { readonly use: 'list' }
  | { readonly use: OnRequest; readonly requestId: string; readonly channel?: Channel; readonly act?: Details }
  | { readonly use: 'hold'; readonly target: HoldTarget }
  | { readonly use: 'lift'; readonly holdId: string }
  | { readonly use: 'link'; readonly other: string }
  | { readonly use: 'lend'; readonly to: string; readonly until: string }
  | { readonly use: 'takeBack'; readonly delegationId: string };

interface Details {
  readonly durationSeconds?: number;
  readonly startAt?: string;
}

/** As the history has it. */
export const askedOf = (wish: Wish): Omit<Extract<Entry, { kind: 'asked' }>, 'kind' | 'call' | 'by'> => ({
  use: wish.use,
  ...('requestId' in wish ? { requestId: wish.requestId } : {}),
  ...('channel' in wish ? { channel: wish.channel } : {}),
  ...('holdId' in wish ? { holdId: wish.holdId } : {}),
  ...('delegationId' in wish ? { delegationId: wish.delegationId } : {}),
  ...(wish.use === 'submit' || wish.use === 'bundle'
    ? {
        submission: {
          body: JSON.stringify(wish.use === 'submit' ? wish.ask : wish.asks),
          ...(wish.key === undefined ? {} : { key: wish.key }),
        },
      }
    : {}),
});

/** As the functions do it, the view included; answers with what leaves. */
export const carryOut = async (
  desk: Desk & StruckPorts,
  principal: Principal,
  wish: Wish,
  patience: Patience,
): Promise<Given> => {
  const asking = { principal, patience };
  switch (wish.use) {
    case 'submit':
    case 'bundle': {
      const options = { ...asking, ...(wish.key === undefined ? {} : { idempotencyKey: wish.key }) };
      const requests =
        wish.use === 'submit'
          ? [await submitRequest(desk, { ...options, ask: wish.ask })]
          : await submitBundle(desk, { ...options, asks: wish.asks });
      await viewRequests(desk, principal, requests);
      const ids = requests.map(({ id }) => id);
      return wish.use === 'submit' ? { requestId: ids[0] ?? '' } : { requestIds: ids };
    }
    case 'list': {
      const { requests } = await listRequests(desk, principal, { as: 'requester', limit: 50 });
      await viewRequests(desk, principal, requests);
      return {};
    }
    case 'read': {
      const { request } = await readRequest(desk, principal, wish.requestId);
      await viewRequests(desk, principal, [request]);
      return {};
    }
    case 'credentials': {
      const { accessKeyId, expiration } = await issueCredentials(desk, issueOf(asking, wish.requestId));
      return { accessKeyId, expiration };
    }
    case 'console':
      await openConsole(desk, issueOf(asking, wish.requestId));
      return { url: true };
    case 'hold':
      return { hold: await hold(desk, { ...asking, named: wish.target, reason: 'Their laptop was stolen.' }) };
    case 'lift':
      await lift(desk, { ...asking, holdId: wish.holdId });
      return {};
    case 'link':
      await linkIdentities(desk, { ...asking, other: wish.other });
      return { linked: [principal.handle, wish.other] };
    case 'lend':
      return {
        delegationId: (await makeDelegation(desk, { ...asking, ask: { to: wish.to, until: wish.until } })).id,
      };
    case 'takeBack':
      await removeDelegation(desk, { ...asking, delegationId: wish.delegationId });
      return {};
    default: {
      const { use, requestId, act, channel = 'portal' } = wish;
      const request = await decideRequest(desk, { ...asking, requestId, channel, act: actOf(use, act) });
      await viewRequests(desk, principal, [request]);
      return {};
    }
  }
};

const issueOf = ({ principal, patience }: { principal: Principal; patience: Patience }, requestId: string) => ({
  requestId,
  caller: Promise.resolve(principal),
  patience,
});

const actOf = (
  use: Exclude<OnRequest, 'read' | 'credentials' | 'console'>,
  { durationSeconds, startAt }: Details = {},
): Act => {
  switch (use) {
    case 'approve':
      return {
        ...{ type: use, comment: 'Go ahead.' },
        ...(durationSeconds === undefined ? {} : { durationSeconds }),
        ...(startAt === undefined ? {} : { startAt }),
      };
    case 'deny':
    case 'revoke':
      return { type: use, reason: 'Not now.' };
    case 'extend':
      return { type: use, durationSeconds: durationSeconds ?? 600, justification: 'it takes longer than that' };
    case 'review':
      return { type: use, verdict: 'justified', comment: 'I looked at all of it.' };
    case 'cancel':
    case 'end':
      return { type: use };
  }
};
