import type { Handle, Instant } from './principal.ts';
import { isBefore, plusSeconds } from './time.ts';
import { apartInDay } from './unusual.ts';

/**
 * What somebody should look at. It stops nobody, and proves nothing.
 *
 * - `first_use`: whoever has had credentials for longer than a newcomer got some by this entitlement for the first time
 * - `unusual_hours`: credentials at a time of day that is far from all others of theirs
 * - `many_refusals`: the person was refused again and again within a day
 * - `same_approver`: nearly all of their last requests were approved by the same one, though others approve them too
 * - `intent_without_outcome`: a role session may be open that nobody holds
 */
export type AnomalyKind = 'first_use' | 'unusual_hours' | 'many_refusals' | 'same_approver' | 'intent_without_outcome';

export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly person: Handle;
  readonly at: Instant;
  /** An entitlement's id, a request's, or an approver's handle: what it is about. */
  readonly about: string;
}

/** Each is told once for a person on a day, UTC. */
export const onceKey = ({
  kind,
  person,
  at,
}: Anomaly): { readonly person: Handle; readonly day: string; readonly kind: AnomalyKind } => ({
  ...{ person, kind, day: at.slice(0, 10) },
});

/** A request of somebody's that was approved. */
export interface Granted {
  readonly entitlementId: string;
  /** When it was asked for. */
  readonly at: Instant;
  /** People who said yes; nobody where it was by rule. */
  readonly approvers: readonly Handle[];
}

/** Of somebody who has not been there for so long everything is the first time. */
const NEWCOMER_SECONDS = 7 * 86_400;
/** So many others say what is usual. */
const USUAL_TIMES = 5;
/** Two hours, and the one by which clocks are changed. */
const NEAR_MS = 3 * 3_600_000;
/** Of the last so many, so many by the same one. */
const LAST = 10;
const NEARLY_ALL = 9;
/** And others approve them too, or have: where there is one approver only, nobody else could. */
const OTHERS = 2;
const MANY_REFUSALS = 10;
const DAY_SECONDS = 86_400;

export interface Issue extends Granted {
  readonly person: Handle;
  /** When the first credentials of that request were issued. */
  readonly issuedAt: Instant;
}

/** What is unusual in the first issue of a request. @param earlier the person's other requests that were approved, newest first, all older than it */
export const anomaliesOfIssue = (issue: Issue, earlier: readonly Granted[]): readonly Anomaly[] => {
  const { person, issuedAt: at, entitlementId } = issue;
  const found: Anomaly[] = [];
  if (isKnown(at, earlier)) {
    if (!earlier.some((each) => each.entitlementId === entitlementId))
      found.push({ kind: 'first_use', person, at, about: entitlementId });
    if (earlier.length >= USUAL_TIMES && earlier.every((each) => apartInDay(each.at, at) > NEAR_MS))
      found.push({ kind: 'unusual_hours', person, at, about: entitlementId });
  }
  const approver = alwaysThe([issue, ...earlier]);
  if (approver !== undefined) found.push({ kind: 'same_approver', person, at, about: approver });
  return found;
};

const isKnown = (at: Instant, earlier: readonly Granted[]): boolean =>
  earlier.some((each) => isBefore(each.at, plusSeconds(at, -NEWCOMER_SECONDS)));

const alwaysThe = (grants: readonly Granted[]): Handle | undefined => {
  const decided = grants.filter(({ approvers }) => approvers.length > 0);
  const last = decided.slice(0, LAST);
  const handles = new Set(last.flatMap(({ approvers }) => approvers));
  const one = [...handles].find(
    (handle) => last.filter(({ approvers }) => approvers.includes(handle)).length >= NEARLY_ALL,
  );
  const others = new Set(decided.flatMap(({ approvers }) => approvers.filter((handle) => handle !== one)));
  return last.length === LAST && others.size >= OTHERS ? one : undefined;
};

/** @param refusedAt when the person was refused, in any order; the one that is looked at among them */
export const anomalyOfRefusals = (
  { person, at, about }: Omit<Anomaly, 'kind'>,
  refusedAt: readonly Instant[],
): readonly Anomaly[] => {
  const since = plusSeconds(at, -DAY_SECONDS);
  const count = refusedAt.filter((each) => !isBefore(each, since) && !isBefore(at, each)).length;
  return count >= MANY_REFUSALS ? [{ kind: 'many_refusals', person, at, about }] : [];
};
