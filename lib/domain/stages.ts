import type { Stage, StagedApproval } from './entitlement.ts';
import type { TextRef } from './event.ts';
import { type Approvers, type Handle, type Instant, type Principal, keysOfApprovers, mayAct } from './principal.ts';
import { isBefore, plusSeconds } from './time.ts';

export interface Approval {
  readonly approver: Handle;
  readonly at: Instant;
  readonly stage: number;
  /** Parallel stages only: all that this person could have spoken for, where that is more than one. */
  readonly couldServe?: readonly number[];
  /** In whose place it was said. */
  readonly onBehalfOf?: Handle;
  readonly comment?: TextRef;
}

/** Who said it, and in whose place. */
export type Yes = Pick<Approval, 'approver' | 'onBehalfOf'>;

/** From `at` on, the people of `to` are asked at every stage too. */
export interface Escalation {
  readonly at: Instant;
  readonly to: Approvers;
}

/** What waits for people to say yes: a request, or an extension of one. */
export interface Staged {
  readonly stages: readonly Stage[];
  /** Every stage is open at once; otherwise they go in order. */
  readonly parallel?: true;
  readonly escalation?: Escalation;
  readonly pendingUntil?: Instant;
  readonly approvals: readonly Approval[];
  /** When the last approval that was needed came; absent while any is missing. */
  readonly approvedAt?: Instant;
}

/** Who is asked, and until when, of what is asked for now. */
export const stagedFrom = (
  { stages, parallel, withinSeconds, escalation }: StagedApproval,
  now: Instant,
): Omit<Staged, 'approvals' | 'approvedAt'> & { readonly pendingUntil: Instant } => ({
  stages,
  ...(parallel ? { parallel } : {}),
  ...(escalation ? { escalation: { at: plusSeconds(now, escalation.afterSeconds), to: escalation.to } } : {}),
  pendingUntil: plusSeconds(now, withinSeconds),
});

/** All who are asked, now or once it is escalated, as lists know them. */
export const approverKeys = ({ stages, escalation }: Pick<Staged, 'stages' | 'escalation'>): readonly string[] => [
  ...new Set([
    ...stages.flatMap(({ from }) => keysOfApprovers(from)),
    ...(escalation ? keysOfApprovers(escalation.to) : []),
  ]),
];

type Counted = Pick<Staged, 'stages' | 'approvals'>;

/** How many approvals are still missing, over all stages. */
export const approvalsNeeded = ({ stages, approvals }: Counted): number =>
  stages.reduce((missing, { count }, stage) => missing + Math.max(0, count - approvalsAt(approvals, stage)), 0);

/** The first stage that still misses somebody, or undefined when none does. Where stages go in order, it is the one that is open. */
export const currentStage = ({ stages, approvals }: Counted): number | undefined => {
  const index = stages.findIndex(({ count }, stage) => approvalsAt(approvals, stage) < count);
  return index === -1 ? undefined : index;
};

const approvalsAt = (approvals: readonly Approval[], stage: number): number =>
  approvals.filter((approval) => approval.stage === stage).length;

/** Who else is asked once the time has come, unless it was decided before. */
export const escalatedTo = ({ escalation, approvedAt }: Staged, now: Instant): Approvers | undefined =>
  escalation && !isBefore(now, escalation.at) && !(approvedAt !== undefined && isBefore(approvedAt, escalation.at))
    ? escalation.to
    : undefined;

/** The stages at which this person is asked by now, open or not. */
export const stagesAsking = (staged: Staged, principal: Principal, now: Instant): readonly number[] => {
  const others = escalatedTo(staged, now);
  const everywhere = others !== undefined && mayAct(principal, others);
  return staged.stages.flatMap(({ from }, stage) => (everywhere || mayAct(principal, from) ? [stage] : []));
};

/** Where a yes of this person would count: at a stage, which may be one of several; undefined where it would not. */
export const seatFor = (
  staged: Staged,
  principal: Principal,
  now: Instant,
): Pick<Approval, 'stage' | 'couldServe'> | undefined => {
  const asking = stagesAsking(staged, principal, now);
  const open = currentStage(staged);
  if (!staged.parallel) return open !== undefined && asking.includes(open) ? { stage: open } : undefined;
  const trial = { approver: principal.handle, at: now, stage: -1, couldServe: asking };
  const seated = seat(staged, trial)?.at(-1);
  if (!seated) return undefined;
  return { stage: seated.stage, ...(asking.length > 1 ? { couldServe: asking } : {}) };
};

/** The approvals with one more, which counts wherever there is room for it. */
export const withApproval = (staged: Counted, approval: Approval): readonly Approval[] =>
  seat(staged, approval) ?? [...staged.approvals, approval];

/**
 * Finds a seat for one more approval, and moves others who could speak for several stages out of its way (an augmenting path), so
 * that the order in which people say yes makes no difference. Undefined when there is no room however they are seated.
 */
const seat = ({ stages, approvals }: Counted, approval: Approval): readonly Approval[] | undefined => {
  const seated = [...approvals];
  const tried = new Set<number>();
  const settle = (one: Approval, index: number): boolean =>
    (one.couldServe ?? [one.stage]).some((stage) => {
      if (tried.has(stage)) return false;
      tried.add(stage);
      const there = [...seated.entries()].filter(([, each]) => each.stage === stage);
      const found = there.length < (stages[stage]?.count ?? 0) || there.some(([at, each]) => settle(each, at));
      if (found) seated[index] = { ...one, stage };
      return found;
    });
  return settle(approval, approvals.length) ? seated : undefined;
};
