import type { Instant } from './principal.ts';
import { type RequestState, grantAt } from './request.ts';
import { isBefore, latest, msOf, plusSeconds } from './time.ts';

/**
 * Since when the sessions of a request are to be denied: it was revoked, or ended by its requester where access.yml wants that to end them.
 * `undefined`: they are not.
 */
export const deniedSince = ({ closed, snapshot }: Pick<RequestState, 'closed' | 'snapshot'>): Instant | undefined =>
  closed?.kind === 'revoked' || (closed?.kind === 'ended' && snapshot.session.revokeOnEnd) ? closed.at : undefined;

/** Between a revoke and its effect, and between clocks. Whoever takes longer has had an alarm by then. */
const MARGIN_SECONDS = 900;

/** What a session that was chained away lasts at most (IAM guide, role chaining). */
const CHAINED_SECONDS = 3600;

type Opened = Pick<RequestState, 'snapshot' | 'sessionsUntil' | 'sessionsEnded'>;

/**
 * When the last session of a request is surely over, whatever became of those whose outcome is not known; `closedAt`: since when no more
 * are opened. Until a deny was there, what was chained away may have chained again. `undefined`: none was ever asked for.
 */
export const sessionsOverAt = (
  { snapshot, sessionsUntil, sessionsEnded }: Opened,
  closedAt: Instant,
): Instant | undefined => {
  if (sessionsUntil === undefined) return undefined;
  const lastChained = latest(sessionsUntil, sessionsEnded?.at ?? closedAt);
  const last = snapshot.session.chaining ? plusSeconds(lastChained, CHAINED_SECONDS) : sessionsUntil;
  return plusSeconds(last, MARGIN_SECONDS);
};

/** Whether sessions are to be denied that are not surely over, denied or not by now. */
export const areToBeDenied = (request: Opened & Pick<RequestState, 'closed'>, now: Instant): boolean => {
  const since = deniedSince(request);
  const overAt = since === undefined ? undefined : sessionsOverAt(request, since);
  return overAt !== undefined && isBefore(now, overAt);
};

/**
 * Whether the grant is over, and sessions of it may still be out that nothing denies. Over by time, only what was chained away from them:
 * their own session policy denies everything from then on.
 */
export const mayOutliveGrant = (request: RequestState, now: Instant): boolean => {
  const grant = grantAt(request, now);
  if (grant?.state !== 'ended' || deniedSince(request) !== undefined) return false;
  if (!request.closed && !request.snapshot.session.chaining) return false;
  const overAt = sessionsOverAt(request, grant.endsAt);
  return overAt !== undefined && isBefore(now, overAt);
};

/** Longer than any session can be out: so long a deny by `aws:TokenIssueTime` stands. */
const LONGEST_SECONDS = 43_200 + CHAINED_SECONDS + MARGIN_SECONDS;

/** When nobody can have a session any more that was opened before. */
export const allOverAt = (issuedBefore: Instant): Instant => plusSeconds(issuedBefore, LONGEST_SECONDS);

/** The next whole second: STS issues in whole seconds, and what was issued in this one is to be denied too. */
export const nextSecond = (now: Instant): Instant =>
  new Date(Math.floor(msOf(now) / 1000) * 1000 + 1000).toISOString().replace('.000Z', 'Z');
