import type { TextRef } from '../domain/event.ts';
import type { Handle, Instant } from '../domain/principal.ts';
import { type Closed, type RequestState, extensionStatusAt } from '../domain/request.ts';
import { type Staged, approvalsNeeded } from '../domain/stages.ts';
import { isBefore } from '../domain/time.ts';
import { type ApproversView, approversView } from './approvers-view.ts';
import type { PersonName } from './ports.ts';

export interface Person extends PersonName {
  readonly handle: Handle;
}

/** How whoever looks sees names and words; somebody's, who was forgotten, are empty. */
export interface Reading {
  readonly now: Instant;
  readonly person: (handle: Handle) => Person;
  readonly words: ReadonlyMap<string, string>;
}

/** Who is asked for a yes, and who has said it. */
export interface StagedView {
  readonly pendingUntil?: Instant;
  readonly stages: readonly StageView[];
  /** Every stage is open at once. */
  readonly parallel?: true;
  readonly escalation?: { readonly at: Instant; readonly to: ApproversView };
  readonly approvalsNeeded: number;
}

interface StageView {
  readonly from: ApproversView;
  readonly count: number;
  readonly approvals: readonly {
    readonly approver: Person;
    readonly onBehalfOf?: Person;
    readonly at: Instant;
    readonly comment?: string;
  }[];
}

export const stagedView = (staged: Staged, reading: Reading): StagedView => {
  const { pendingUntil, parallel, escalation } = staged;
  return {
    ...(pendingUntil === undefined ? {} : { pendingUntil }),
    stages: stagesOf(staged, reading),
    ...(parallel ? { parallel } : {}),
    ...(escalation ? { escalation: { at: escalation.at, to: approversView(escalation.to) } } : {}),
    approvalsNeeded: approvalsNeeded(staged),
  };
};

const stagesOf = ({ stages, approvals }: Staged, { person, words }: Reading): readonly StageView[] =>
  stages.map(({ from, count }, index) => ({
    from: approversView(from),
    count,
    approvals: approvals
      .filter(({ stage }) => stage === index)
      .map(({ approver, onBehalfOf, at, comment }) => ({
        approver: person(approver),
        ...(onBehalfOf === undefined ? {} : { onBehalfOf: person(onBehalfOf) }),
        at,
        ...(comment ? { comment: textOf(comment, words) } : {}),
      })),
  }));

/** A person's words may have been forgotten since; the chain still holds their hash. */
export const textOf = ({ id }: TextRef, words: ReadonlyMap<string, string>): string => words.get(id) ?? '';

export interface ClosedView {
  readonly kind: string;
  readonly by: Person;
  readonly at: Instant;
  readonly reason?: string;
}

export const closedView = ({ kind, by, at, reason }: Closed, { person, words }: Reading): ClosedView => ({
  kind,
  by: person(by),
  at,
  ...(reason ? { reason: textOf(reason, words) } : {}),
});

/** The last extension that was asked for. */
export interface ExtensionView extends StagedView {
  readonly status: 'pending' | 'approved' | 'denied' | 'cancelled' | 'expired';
  readonly justification: string;
  readonly durationSeconds: number;
  readonly grantedSeconds?: number;
  readonly createdAt: Instant;
  readonly closed?: ClosedView;
}

export const extensionView = (
  request: Parameters<typeof extensionStatusAt>[0],
  extension: NonNullable<RequestState['extension']>,
  reading: Reading,
): ExtensionView => ({
  status: extensionStatusAt(request, extension, reading.now),
  justification: textOf(extension.justification, reading.words),
  durationSeconds: extension.durationSeconds,
  ...(extension.approvedAt === undefined ? {} : { grantedSeconds: extension.grantedSeconds }),
  createdAt: extension.at,
  ...stagedView(extension, reading),
  ...(extension.closed ? { closed: closedView(extension.closed, reading) } : {}),
});

/** Of break-glass only: who has to look at it, by when, and what came of it. */
export interface ReviewView {
  readonly reviewBy: Instant;
  readonly reviewers: ApproversView;
  readonly overdue: boolean;
  readonly verdict?: string;
  readonly comment?: string;
  readonly by?: Person;
  readonly at?: Instant;
}

export const reviewView = (
  { reviewBy, reviewers }: NonNullable<RequestState['breakGlass']>,
  review: RequestState['review'],
  { now, person, words }: Reading,
): ReviewView => ({
  reviewBy,
  reviewers: approversView(reviewers),
  overdue: !review && !isBefore(now, reviewBy),
  ...(review
    ? { verdict: review.verdict, comment: textOf(review.comment, words), by: person(review.by), at: review.at }
    : {}),
});
