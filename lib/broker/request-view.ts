import type { Channel, Command, Context } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { TextRef } from '../domain/event.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import {
  type Grant,
  type RequestState,
  type RequestStatus,
  grantAt,
  statusAt,
  totalSeconds,
} from '../domain/request.ts';
import { type Scope, scopeInWords } from '../domain/scope.ts';
import type { Desk } from './broker.ts';
import { type Known, readKnownOrUnread } from './known.ts';
import { concernedBy, onDuty } from './on-duty.ts';
import {
  type ClosedView,
  type ExtensionView,
  type Person,
  type Reading,
  type ReviewView,
  type StagedView,
  closedView,
  extensionView,
  reviewView,
  stagedView,
  textOf,
} from './staged-view.ts';
import type { RequestSummary } from './summary.ts';
import { handlesIn, wordsIn } from './words-of-people.ts';

/** A request as the API shows it to one caller at one moment. */
export interface RequestView extends StagedView {
  readonly id: string;
  readonly bundleId?: string;
  readonly status: RequestStatus;
  readonly entitlementId: string;
  readonly title: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly requester: Person;
  readonly justification: string;
  readonly ticket?: string;
  /** `words`: for whoever says yes. */
  readonly scope?: Scope & { readonly words: readonly string[] };
  readonly startAt?: Instant;
  readonly durationSeconds: number;
  readonly grantedSeconds?: number;
  readonly createdAt: Instant;
  readonly grant?: Grant;
  readonly extension?: ExtensionView;
  readonly breakGlass: boolean;
  readonly review?: ReviewView;
  readonly closed?: ClosedView;
  /** Sessions that were out when it was closed are denied everything since then; `tookMs` from the close. */
  readonly sessionsEnded?: NonNullable<RequestState['sessionsEnded']>;
  readonly actions: readonly Action[];
  readonly seq: number;
}

const ACTIONS = ['approve', 'deny', 'cancel', 'revoke', 'end', 'extend', 'review', 'credentials', 'console'] as const;
export type Action = (typeof ACTIONS)[number];

/**
 * The requests as this caller sees them now, with everybody's names and words in two reads, however many they are.
 *
 * @param channel by which the acts that are shown would come
 * @param known where it was read already
 */
export const viewRequests = async (
  desk: Desk,
  caller: Principal,
  requests: readonly (RequestSummary | RequestState)[],
  { channel = 'portal', known: read }: { readonly channel?: Channel; readonly known?: Known } = {},
): Promise<readonly RequestView[]> => {
  const concerned = requests.flatMap((request) => concernedBy(request, caller, desk.policy));
  const [principal, known, names, words] = await Promise.all([
    onDuty(desk, caller, concerned),
    read ?? readKnownOrUnread(desk, caller.handle),
    desk.people.get([...new Set(requests.flatMap(handlesIn))]),
    desk.texts.get(requests.flatMap(wordsIn)),
  ]);
  const now = desk.clock.now();
  const person = (handle: Handle): Person => ({ handle, ...names.get(handle) });
  return requests.map((request) => viewOf(request, { desk, principal, channel, known, now, person, words }));
};

interface Seen extends Reading {
  readonly desk: Desk;
  readonly principal: Principal;
  readonly channel: Channel;
  readonly known: Known;
}

const viewOf = (request: RequestSummary | RequestState, seen: Seen): RequestView => {
  const { desk, principal, channel, known, now } = seen;
  const { seq, ...shown } = showRequest(request, desk, seen);
  return {
    ...shown,
    actions: actionsFor({ issues: [], ...request }, { ...known, channel, principal, policy: desk.policy, now }),
    seq,
  };
};

/** A request as it is at one moment, whoever looks. */
export type RequestShown = Omit<RequestView, 'actions'>;

export const showRequest = (
  request: RequestSummary | RequestState,
  { policy }: Pick<Desk, 'policy'>,
  reading: Reading,
): RequestShown => {
  const { now, person, words } = reading;
  const { ticket, scope, startAt, bundle, extension, breakGlass, closed, sessionsEnded } = request;
  const grant = grantAt(request, now);
  return {
    id: request.id,
    ...(bundle ? { bundleId: bundle.id } : {}),
    status: statusAt(request, now),
    entitlementId: request.entitlementId,
    title: policy.entitlements.get(request.entitlementId)?.title ?? request.entitlementId,
    accountId: request.snapshot.accountId,
    roleArn: request.snapshot.roleArn,
    requester: person(request.requester),
    justification: textOf(request.justification, words),
    ...(ticket === undefined ? {} : { ticket }),
    ...(scope ? { scope: { ...scope, words: scopeInWords(scope) } } : {}),
    ...(startAt === undefined ? {} : { startAt }),
    durationSeconds: request.durationSeconds,
    ...(grant ? { grantedSeconds: totalSeconds(request) } : {}),
    createdAt: request.createdAt,
    ...stagedView(request, reading),
    ...(grant ? { grant } : {}),
    ...(extension ? { extension: extensionView(request, extension, reading) } : {}),
    breakGlass: breakGlass !== undefined,
    ...(breakGlass ? { review: reviewView(breakGlass, request.review, reading) } : {}),
    ...(closed ? { closed: closedView(closed, reading) } : {}),
    ...(sessionsEnded ? { sessionsEnded } : {}),
    seq: request.seq,
  };
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
  // The least that can be asked for, in words that are long enough for any entitlement.
  extend: { type: 'extend', durationSeconds: 60, justification: { text: 'x'.repeat(2000), ref: NO_WORDS } },
  review: { type: 'review', verdict: 'justified', comment: NO_WORDS },
  credentials: { type: 'issue', purpose: 'credentials', sessionNameHash: '' },
  console: { type: 'issue', purpose: 'console', sessionNameHash: '' },
};
