import type { Decision } from './command.ts';
import type { Handle, Instant } from './principal.ts';
import { type RequestState, grantAt, statusAt } from './request.ts';
import { type Standing, handlesOf, prunedAt } from './standing.ts';

/** Why a person cannot be forgotten yet. Ids and handles only. */
export type Obstacle =
  /** Somebody may still say yes to a request of theirs. */
  | { readonly why: 'open_request'; readonly requestId: string }
  /** A grant of theirs is scheduled or active. */
  | { readonly why: 'live_grant'; readonly requestId: string }
  /** Nobody has looked at a break-glass of theirs. */
  | { readonly why: 'review_owed'; readonly requestId: string }
  /** They were proved to be this identity too, and it was not named. */
  | { readonly why: 'other_identity'; readonly handle: Handle };

/** What of a request stands against it. */
export const obstacleIn = (request: Omit<RequestState, 'issues'>, now: Instant): Obstacle | undefined => {
  if (statusAt(request, now) === 'pending') return { why: 'open_request', requestId: request.id };
  const grant = grantAt(request, now);
  if (grant && grant.state !== 'ended') return { why: 'live_grant', requestId: request.id };
  if (request.breakGlass && !request.review) return { why: 'review_owed', requestId: request.id };
  return undefined;
};

/**
 * Whether it stands against it whatever somebody wants: what is open is ended first, by those whose it is to cancel, deny or revoke, so that nobody is
 * forgotten who still has something, and no grant goes on that nobody can be asked about.
 */
export const isOpen = ({ why }: Obstacle): boolean => why === 'open_request' || why === 'live_grant';

/** Identities of the person that are not among those that were named. */
export const unnamed = (
  named: readonly Handle[],
  standings: readonly (readonly [Handle, Standing])[],
): readonly Obstacle[] =>
  [...new Set(standings.flatMap(([handle, standing]) => handlesOf(handle, standing)))]
    .filter((handle) => !named.includes(handle))
    .map((handle) => ({ why: 'other_identity', handle }));

/** On record in the person's own stream. What is known of the handle, and decides who may approve whom, stays. */
export const forgotten = (standing: Standing, handle: Handle, now: Instant): Decision => ({
  event: { type: 'person.forgotten', data: { handle, carried: prunedAt(standing, now) } },
});
