import type { Instant } from '../domain/principal.ts';
import { type RequestState, openExtension, totalSeconds } from '../domain/request.ts';
import { isBefore } from '../domain/time.ts';
import { type Unusual, unusualIn } from '../domain/unusual.ts';
import type { Desk } from './broker.ts';

/** Of the requester's last requests before this one. */
export interface Before {
  readonly requests: number;
  /** For the same entitlement. */
  readonly same: number;
  /** When one for the same was last approved. */
  readonly lastApprovedAt?: Instant;
}

/** So many of the requester's last requests are looked at. */
export const BEFORE = 50;

/** What the requester asked for before, and how this request differs from it. */
export interface Compared {
  readonly before: Before;
  readonly unusual: readonly Unusual[];
}

/** Undefined when it cannot be found out: it helps whoever decides, and stops nobody, since it comes from the index. */
export const compareWithBefore = async (
  { summaries, policy, warn }: Pick<Desk, 'summaries' | 'policy' | 'warn'>,
  request: RequestState,
  now: Instant,
): Promise<Compared | undefined> => {
  try {
    const { items } = await summaries.ofRequester(request.requester, { limit: BEFORE });
    const earlier = items.filter(({ id, createdAt }) => id !== request.id && !isBefore(request.createdAt, createdAt));
    const same = earlier.filter(({ entitlementId }) => entitlementId === request.entitlementId);
    const last = same.find(({ approvedAt }) => approvedAt !== undefined)?.approvedAt;
    const { scope } = policy.entitlements.get(request.entitlementId) ?? {};
    return {
      before: {
        requests: earlier.length,
        same: same.length,
        ...(last === undefined ? {} : { lastApprovedAt: last }),
      },
      unusual: unusualIn(request, earlier, { ...(scope ? { scope } : {}), seconds: secondsAsked(request, now) }),
    };
  } catch (error) {
    warn('what the requester asked for before was not read', error);
    return undefined;
  }
};

/** With what a pending extension would add. */
const secondsAsked = (request: RequestState, now: Instant): number => {
  const extension = openExtension(request, now);
  return extension ? totalSeconds(request) + extension.durationSeconds : request.durationSeconds;
};
