import type { AccessPolicy } from '../domain/policy.ts';
import { type Approvers, type Instant, together } from '../domain/principal.ts';
import { type RequestState, openExtension, statusAt } from '../domain/request.ts';
import { escalatedTo } from '../domain/stages.ts';
import type { Unusual } from '../domain/unusual.ts';
import { seen } from './append-as-system.ts';
import { type Before, compareWithBefore } from './before.ts';
import type { Desk } from './broker.ts';
import { approversAsked } from './notice.ts';
import { type RequestShown, showRequest } from './request-view.ts';
import { handlesIn, wordsIn } from './words-of-people.ts';

/** A request as it is told in chat and by mail: nobody in particular looks at it. */
export interface ToldRequest {
  readonly shown: RequestShown;
  /** Whose yes is missing now, of the request or of its extension. */
  readonly asked: Approvers;
  /** Whether the yes has to come by the portal: that is asked for, or a sign-in that chat cannot prove. */
  readonly byPortal: boolean;
  /** What the requester asked for before; undefined when that cannot be found out. */
  readonly before: Before | undefined;
  /** What whoever decides should have seen; absent when that cannot be found out. */
  readonly unusual?: readonly Unusual[];
}

type Reader = Pick<Desk, 'ledger' | 'clock' | 'policy' | 'people' | 'texts' | 'summaries' | 'warn'>;

/**
 * The request by the ledger, strongly consistent, with everybody's names and words.
 * @returns undefined where there is no such request
 * @throws HatcheckError `ledger_unavailable`
 */
export const readTold = async (desk: Reader, requestId: string): Promise<ToldRequest | undefined> => {
  const found = await seen(desk, requestId);
  if (!found) return undefined;
  const { request, now } = found;
  const [names, words, compared] = await Promise.all([
    desk.people.get([...new Set(handlesIn(request))]),
    desk.texts.get(wordsIn(request)),
    compareWithBefore(desk, request, now),
  ]);
  const person = (handle: string) => ({ handle, ...names.get(handle) });
  return {
    shown: showRequest(request, desk, { now, person, words }),
    asked: askedNow(request, now),
    byPortal: mustBeByPortal(desk.policy, request),
    before: compared?.before,
    ...(compared ? { unusual: compared.unusual } : {}),
  };
};

const askedNow = (request: RequestState, now: Instant): Approvers => {
  const staged = statusAt(request, now) === 'pending' ? request : openExtension(request, now);
  if (!staged) return { groups: [] };
  const others = escalatedTo(staged, now);
  return together(approversAsked(staged), ...(others ? [others] : []));
};

/** An entitlement that is gone lets nobody say yes anywhere: the portal says why. */
const mustBeByPortal = ({ entitlements }: AccessPolicy, { entitlementId }: RequestState): boolean => {
  const entitlement = entitlements.get(entitlementId);
  const { mfa, authenticatedWithinSeconds, channel } = entitlement?.approverRequires ?? {};
  return !entitlement || channel === 'portal' || mfa === true || authenticatedWithinSeconds !== undefined;
};
