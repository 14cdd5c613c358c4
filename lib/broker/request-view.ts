import type { Channel, Command, Context } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { TextRef } from '../domain/event.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { type Grant, type RequestState, type RequestStatus, grantAt, statusAt } from '../domain/request.ts';
import { approvalsNeeded } from '../domain/stages.ts';
import { type ApproversView, approversView } from './approvers-view.ts';
import type { Desk } from './broker.ts';
import { type Known, readKnownOrNothing } from './known.ts';
import type { PersonName } from './ports.ts';
import type { RequestSummary } from './summary.ts';

/** A request as the API shows it to one caller at one moment. */
export interface RequestView {
  readonly id: string;
  readonly status: RequestStatus;
  readonly entitlementId: string;
  readonly title: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly requester: Person;
  readonly justification: string;
  readonly ticket?: string;
  readonly startAt?: Instant;
  readonly durationSeconds: number;
  readonly grantedSeconds?: number;
  readonly createdAt: Instant;
  readonly pendingUntil?: Instant;
  readonly stages: readonly StageView[];
  /** Every stage is open at once. */
  readonly parallel?: true;
  readonly escalation?: { readonly at: Instant; readonly to: ApproversView };
  readonly approvalsNeeded: number;
  readonly grant?: Grant;
  readonly breakGlass: false;
  readonly closed?: { readonly kind: string; readonly by: Person; readonly at: Instant; readonly reason?: string };
  readonly actions: readonly Action[];
  readonly seq: number;
}

export interface Person extends PersonName {
  readonly handle: Handle;
}

interface StageView {
  readonly from: ApproversView;
  readonly count: number;
  readonly approvals: readonly {
    readonly approver: Person;
    /** In whose place it was said. */
    readonly onBehalfOf?: Person;
    readonly at: Instant;
    readonly comment?: string;
  }[];
}

const ACTIONS = ['approve', 'deny', 'cancel', 'revoke', 'end', 'credentials', 'console'] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * The requests as this caller sees them now, with everybody's names and words in two reads, however many they are.
 *
 * @param channel by which the acts that are shown would come
 */
export const viewRequests = async (
  desk: Desk,
  principal: Principal,
  requests: readonly (RequestSummary | RequestState)[],
  channel: Channel = 'portal',
): Promise<readonly RequestView[]> => {
  const [known, names, words] = await Promise.all([
    readKnownOrNothing(desk, principal.handle),
    desk.people.get([...new Set(requests.flatMap(handlesIn))]),
    desk.texts.get(requests.flatMap(wordsIn)),
  ]);
  const now = desk.clock.now();
  const person = (handle: Handle): Person => ({ handle, ...names.get(handle) });
  return requests.map((request) => viewOf(request, { desk, principal, channel, known, now, person, words }));
};

interface Seen {
  readonly desk: Desk;
  readonly principal: Principal;
  readonly channel: Channel;
  readonly known: Known;
  readonly now: Instant;
  readonly person: (handle: Handle) => Person;
  readonly words: ReadonlyMap<string, string>;
}

const viewOf = (request: RequestSummary | RequestState, seen: Seen): RequestView => {
  const { desk, principal, channel, known, now, person, words } = seen;
  const { ticket, startAt, pendingUntil } = request;
  const grant = grantAt(request, now);
  return {
    id: request.id,
    status: statusAt(request, now),
    entitlementId: request.entitlementId,
    title: desk.policy.entitlements.get(request.entitlementId)?.title ?? request.entitlementId,
    accountId: request.snapshot.accountId,
    roleArn: request.snapshot.roleArn,
    requester: person(request.requester),
    // A person's words may have been forgotten since; the chain still holds their hash.
    justification: words.get(request.justification.id) ?? '',
    ...(ticket === undefined ? {} : { ticket }),
    ...(startAt === undefined ? {} : { startAt }),
    durationSeconds: request.durationSeconds,
    ...(grant ? { grantedSeconds: request.grantedSeconds } : {}),
    createdAt: request.createdAt,
    ...(pendingUntil === undefined ? {} : { pendingUntil }),
    stages: stagesOf(request, seen),
    ...(request.parallel ? { parallel: request.parallel } : {}),
    ...(request.escalation
      ? { escalation: { at: request.escalation.at, to: approversView(request.escalation.to) } }
      : {}),
    approvalsNeeded: approvalsNeeded(request),
    ...(grant ? { grant } : {}),
    breakGlass: false,
    ...closedOf(request, seen),
    actions: actionsFor({ issues: [], ...request }, { ...known, channel, principal, policy: desk.policy, now }),
    seq: request.seq,
  };
};

const stagesOf = ({ stages, approvals }: RequestSummary, { person, words }: Seen): readonly StageView[] =>
  stages.map(({ from, count }, index) => ({
    from: approversView(from),
    count,
    approvals: approvals
      .filter(({ stage }) => stage === index)
      .map(({ approver, onBehalfOf, at, comment }) => ({
        approver: person(approver),
        ...(onBehalfOf === undefined ? {} : { onBehalfOf: person(onBehalfOf) }),
        at,
        ...(comment ? { comment: words.get(comment.id) ?? '' } : {}),
      })),
  }));

const closedOf = ({ closed }: RequestSummary, { person, words }: Seen): Pick<RequestView, 'closed'> => {
  if (!closed) return {};
  const { kind, by, at, reason } = closed;
  return { closed: { kind, by: person(by), at, ...(reason ? { reason: words.get(reason.id) ?? '' } : {}) } };
};

/**
 * What the caller may do now, by the very decisions that would be taken. An act that only wants a newer sign-in is still theirs: the
 * attempt says how to go on.
 */
const actionsFor = (request: RequestState, context: Context): readonly Action[] =>
  ACTIONS.filter((action) => {
    const decision = decide(request, PROBES[action], context);
    return 'refusal' in decision ? decision.refusal.code === 'step_up_required' : decision.event !== undefined;
  });

const NO_WORDS: TextRef = { id: '', hash: '' };
const PROBES: Readonly<Record<Action, Command>> = {
  approve: { type: 'approve' },
  deny: { type: 'deny', reason: NO_WORDS },
  cancel: { type: 'cancel' },
  revoke: { type: 'revoke', reason: NO_WORDS },
  end: { type: 'end' },
  credentials: { type: 'issue', purpose: 'credentials', sessionNameHash: '' },
  console: { type: 'issue', purpose: 'console', sessionNameHash: '' },
};

const handlesIn = ({ requester, approvals, closed }: RequestSummary): readonly Handle[] => [
  requester,
  ...approvals.flatMap(({ approver, onBehalfOf }) => [approver, ...(onBehalfOf === undefined ? [] : [onBehalfOf])]),
  ...(closed ? [closed.by] : []),
];

const wordsIn = ({
  requester,
  justification,
  approvals,
  closed,
}: RequestSummary): readonly { author: Handle; ref: TextRef }[] => [
  { author: requester, ref: justification },
  ...approvals.flatMap(({ approver, comment }) => (comment ? [{ author: approver, ref: comment }] : [])),
  ...(closed?.reason ? [{ author: closed.by, ref: closed.reason }] : []),
];
