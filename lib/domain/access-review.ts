import type { Handle, Instant } from './principal.ts';
import { isBefore, latest, secondsBetween } from './time.ts';

/** What the ledger says of a request, as far as a review of access goes. */
export interface ReviewedRequest {
  readonly id: string;
  readonly entitlementId: string;
  readonly roleArn: string;
  readonly requester: Handle;
  readonly createdAt: Instant;
  /** Absent: it was never approved. */
  readonly grant?: { readonly startsAt: Instant; readonly endsAt: Instant };
  readonly sessions: readonly ReviewedSession[];
}

export interface ReviewedSession {
  readonly at: Instant;
  readonly accessKeyId: string;
  readonly expiration: Instant;
}

/** What was done with temporary credentials, as CloudTrail has it. */
export interface Activity {
  readonly at: Instant;
  readonly accessKeyId: string;
  /** `s3:GetObject` */
  readonly action: string;
}

/** An entitlement of access.yml that opened no session since. */
export interface UnusedEntitlement {
  readonly entitlementId: string;
  readonly roleArn: string;
  /** Who may ask for it, as access.yml has them. */
  readonly eligible: readonly string[];
  readonly lastUsedAt?: Instant;
}

/** A person who asked for an entitlement once, may still, and opened no session of it since. */
export interface UnusedEligibility {
  readonly entitlementId: string;
  readonly requester: Handle;
  readonly lastAskedAt: Instant;
  readonly lastUsedAt?: Instant;
}

/** A grant of which less was used than was given. */
export interface LittleUsed {
  readonly requestId: string;
  readonly entitlementId: string;
  readonly requester: Handle;
  readonly startsAt: Instant;
  readonly grantedSeconds: number;
  /** With CloudTrail, until the last call; without, until the last session was over. */
  readonly usedSeconds: number;
  readonly sessions: number;
  /** Only with CloudTrail: what was done, each once. A scope of these would have been enough. */
  readonly actions?: readonly string[];
}

export interface AccessReview {
  readonly unusedEntitlements: readonly UnusedEntitlement[];
  readonly unusedEligibilities: readonly UnusedEligibility[];
  readonly littleUsed: readonly LittleUsed[];
}

export interface ReviewOptions {
  /** What was not used since is unused. */
  readonly since: Instant;
  readonly now: Instant;
  readonly entitlements: readonly Omit<UnusedEntitlement, 'lastUsedAt'>[];
  /** Absent: there is no CloudTrail to go by. */
  readonly activity?: readonly Activity[];
}

/** Less than this share of a grant is little. */
const LITTLE = 0.5;

/** Which entitlements and eligibilities nobody used since, and which grants that are over were used for less than half of their time. */
export const reviewAccess = (requests: readonly ReviewedRequest[], options: ReviewOptions): AccessReview => ({
  unusedEntitlements: options.entitlements.flatMap((entitlement) => {
    const used = lastUse(requests.filter(({ entitlementId }) => entitlementId === entitlement.entitlementId));
    return isUnused(used, options) ? [{ ...entitlement, ...present(used) }] : [];
  }),
  unusedEligibilities: unusedEligibilities(requests, options),
  littleUsed: requests.flatMap((request) => littleUsed(request, options) ?? []),
});

const lastUse = (requests: readonly ReviewedRequest[]): Instant | undefined =>
  lastOf(requests.flatMap(({ sessions }) => sessions.map(({ at }) => at)));

const lastOf = (instants: readonly Instant[]): Instant | undefined =>
  instants.reduce<Instant | undefined>((last, each) => (last === undefined ? each : latest(last, each)), undefined);

const isUnused = (lastUsedAt: Instant | undefined, { since }: ReviewOptions): boolean =>
  lastUsedAt === undefined || isBefore(lastUsedAt, since);

const present = (lastUsedAt: Instant | undefined): { readonly lastUsedAt?: Instant } =>
  lastUsedAt === undefined ? {} : { lastUsedAt };

const unusedEligibilities = (
  requests: readonly ReviewedRequest[],
  options: ReviewOptions,
): readonly UnusedEligibility[] => {
  const known = new Set(options.entitlements.map(({ entitlementId }) => entitlementId));
  const byPair = Map.groupBy(requests, ({ entitlementId, requester }) => `${entitlementId} ${requester}`);
  return [...byPair.values()].flatMap((theirs) => {
    const { entitlementId, requester, createdAt: lastAskedAt } = theirs.reduce(lastAsked);
    const used = lastUse(theirs);
    if (!known.has(entitlementId) || !isUnused(used, options) || !isBefore(lastAskedAt, options.since)) return [];
    return [{ entitlementId, requester, lastAskedAt, ...present(used) }];
  });
};

const lastAsked = (last: ReviewedRequest, each: ReviewedRequest): ReviewedRequest =>
  isBefore(last.createdAt, each.createdAt) ? each : last;

/** Of a grant that is over: what goes on may still be used. */
const littleUsed = (request: ReviewedRequest, { since, now, activity }: ReviewOptions): LittleUsed | undefined => {
  const { id: requestId, entitlementId, requester, grant, sessions } = request;
  if (!grant || !isBefore(grant.endsAt, now) || isBefore(grant.endsAt, since)) return undefined;
  const keys = new Set(sessions.map(({ accessKeyId }) => accessKeyId));
  const calls = activity?.filter(({ accessKeyId }) => keys.has(accessKeyId));
  const usedUntil = lastOf(calls?.map(({ at }) => at) ?? sessions.map(({ expiration }) => expiration));
  const grantedSeconds = secondsBetween(grant.startsAt, grant.endsAt);
  const usedSeconds = usedUntil === undefined ? 0 : Math.max(0, secondsBetween(grant.startsAt, usedUntil));
  if (usedSeconds >= grantedSeconds * LITTLE) return undefined;
  return {
    ...{ requestId, entitlementId, requester, startsAt: grant.startsAt, grantedSeconds, usedSeconds },
    sessions: sessions.length,
    ...(calls ? { actions: [...new Set(calls.map(({ action }) => action))].sort() } : {}),
  };
};
