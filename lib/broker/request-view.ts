import type { Command, Context } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { TextRef } from '../domain/event.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { type Grant, type RequestState, type RequestStatus, grantAt, statusAt } from '../domain/request.ts';
import { approvalsNeeded } from '../domain/stages.ts';
import type { Desk } from './broker.ts';
import { NOTHING_KNOWN } from './known.ts';
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
  readonly from: { readonly groups: readonly string[]; readonly people: readonly string[] };
  readonly count: number;
  readonly approvals: readonly { readonly approver: Person; readonly at: Instant; readonly comment?: string }[];
}

const ACTIONS = ['approve', 'deny', 'cancel', 'revoke', 'end', 'credentials', 'console'] as const;
export type Action = (typeof ACTIONS)[number];

/** The requests as this caller sees them now, with everybody's names and words in two reads, however many they are. */
export const viewRequests = async (
  desk: Desk,
  principal: Principal,
  requests: readonly (RequestSummary | RequestState)[],
): Promise<readonly RequestView[]> => {
  const [names, words] = await Promise.all([
    desk.people.get([...new Set(requests.flatMap(handlesIn))]),
    desk.texts.get(requests.flatMap(wordsIn)),
  ]);
  const now = desk.clock.now();
  const person = (handle: Handle): Person => ({ handle, ...names.get(handle) });
  return requests.map((request) => viewOf(request, { desk, principal, now, person, words }));
};

interface Seen {
  readonly desk: Desk;
  readonly principal: Principal;
  readonly now: Instant;
  readonly person: (handle: Handle) => Person;
  readonly words: ReadonlyMap<string, string>;
}

const viewOf = (request: RequestSummary | RequestState, seen: Seen): RequestView => {
  const { desk, principal, now, person, words } = seen;
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
    approvalsNeeded: approvalsNeeded(request),
    ...(grant ? { grant } : {}),
    breakGlass: false,
    ...closedOf(request, seen),
    actions: actionsFor({ issues: [], ...request }, { ...NOTHING_KNOWN, principal, policy: desk.policy, now }),
    seq: request.seq,
  };
};

const stagesOf = ({ stages, approvals }: RequestSummary, { person, words }: Seen): readonly StageView[] =>
  stages.map(({ from, count }, index) => ({
    from: { groups: from.groups, people: [] },
    count,
    approvals: approvals
      .filter(({ stage }) => stage === index)
      .map(({ approver, at, comment }) => ({
        approver: person(approver),
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
  ...approvals.map(({ approver }) => approver),
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
