import { deniedSince, sessionsOverAt } from './boundary.ts';
import type { Instant } from './principal.ts';
import type { RequestState } from './request.ts';
import { isBefore } from './time.ts';

type Closing = Pick<RequestState, 'closed' | 'snapshot' | 'sessionsUntil' | 'sessionsEnded'>;

/** Whether sessions are to be denied that are not surely over, denied or not by now. */
export const areToBeDenied = (request: Closing, now: Instant): boolean => {
  const since = deniedSince(request);
  const overAt = since === undefined ? undefined : sessionsOverAt(request, since);
  return overAt !== undefined && isBefore(now, overAt);
};
