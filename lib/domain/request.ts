import type { Snapshot } from './entitlement.ts';
import type { Bundle, EventData, Purpose, RecordedEvent, TextRef, Verdict } from './event.ts';
import { certain } from './invariant.ts';
import type { Approvers, Handle, Instant } from './principal.ts';
import type { Scope } from './scope.ts';
import { type Approval, type Staged, type Yes, approvalsNeeded, withApproval } from './stages.ts';
import { earliest, isBefore, latest, plusSeconds } from './time.ts';

export type RequestStatus = 'pending' | 'approved' | 'denied' | 'cancelled' | 'expired' | 'revoked' | 'ended';

export interface Issue {
  readonly intent: string;
  readonly at: Instant;
  readonly purpose: Purpose;
}

/** More time, as asked for on a live grant; the last that was. */
export interface Extension extends Staged {
  /** Of the event that asked for it. */
  readonly seq: number;
  readonly at: Instant;
  readonly pendingUntil: Instant;
  readonly justification: TextRef;
  /** As asked for. */
  readonly durationSeconds: number;
  /** As approved so far: approvers only lower it. */
  readonly grantedSeconds: number;
  readonly closed?: Omit<Closed, 'kind'> & { readonly kind: 'denied' | 'cancelled' };
}

export interface Review {
  readonly by: Handle;
  readonly at: Instant;
  readonly verdict: Verdict;
  readonly comment: TextRef;
}

export interface Closed {
  readonly kind: 'denied' | 'cancelled' | 'revoked' | 'ended';
  readonly by: Handle;
  readonly at: Instant;
  readonly reason?: TextRef;
  /** Of a revoke that came after its requester had ended it: the grant was over since then. */
  readonly endedAt?: Instant;
}

/** A request as its events tell it. Nothing in it depends on what time it is now. */
export interface RequestState extends Staged {
  readonly id: string;
  readonly requester: Handle;
  readonly entitlementId: string;
  readonly snapshot: Snapshot;
  readonly justification: TextRef;
  readonly ticket?: string;
  /** Asked for and approved as it is: what the session may do, of all that the role may. */
  readonly scope?: Scope;
  readonly createdAt: Instant;
  /** As asked for. */
  readonly durationSeconds: number;
  /** As approved so far: approvers only lower it. */
  readonly grantedSeconds: number;
  readonly startAt?: Instant;
  readonly autoApproved: boolean;
  /** What extensions have added to `grantedSeconds`; absent when none has. */
  readonly extendedSeconds?: number;
  /** Whether any of that came by rule, with nobody's yes. */
  readonly autoExtended?: true;
  readonly extension?: Extension;
  /** How often more time was asked for, by rule or not, whatever came of it; absent when it never was. */
  readonly extensionsAsked?: number;
  /** Whoever said yes to an extension before the last, also to one that came to nothing: the next ask makes nobody forget it. */
  readonly extendedBefore?: readonly Yes[];
  readonly breakGlass?: { readonly reviewBy: Instant; readonly reviewers: Approvers };
  /** Who could revoke it when it was asked for, besides its approvers. */
  readonly revokers?: Approvers;
  readonly review?: Review;
  /** Shared with the requests that were asked for together with this one. */
  readonly bundle?: Bundle;
  readonly closed?: Closed;
  /** What was out of a closed request is denied everything since then. */
  readonly sessionsEnded?: EventData['sessions.ended'] & { readonly at: Instant };
  readonly issues: readonly Issue[];
  /** When the last role session that was asked for is over by itself, whatever became of it; absent when none was. */
  readonly sessionsUntil?: Instant;
  /** Of the last event. */
  readonly seq: number;
}

/** The state after `event`. @throws TypeError when the event cannot follow: a stream that says so was not written by us. */
export const evolve = (state: RequestState | undefined, event: RecordedEvent): RequestState => {
  if (event.type === 'request.submitted') {
    if (state) throw new TypeError('a request is submitted once');
    return submitted(event.data, event.actor.handle, event.at);
  }
  if (!state) throw new TypeError(`a request does not begin with ${event.type}`);
  const next = { ...state, seq: state.seq + 1 };
  const by = { by: event.actor.handle, at: event.at };
  switch (event.type) {
    case 'request.approved':
      return event.data.extension ? extensionApproved(next, event) : approved(next, event);
    case 'request.denied':
      return closedAs(next, { kind: 'denied', ...by, reason: event.data.reason }, event.data);
    case 'request.cancelled':
      return closedAs(next, { kind: 'cancelled', ...by }, event.data);
    case 'request.extension_requested':
      return extensionAsked(next, event);
    case 'request.extended':
      return { ...next, ...askedAgain(state), ...extended(state, event.data.durationSeconds), autoExtended: true };
    case 'request.reviewed':
      return { ...next, review: { ...by, verdict: event.data.verdict, comment: event.data.comment } };
    case 'request.revoked':
      return { ...next, closed: { kind: 'revoked', ...by, reason: event.data.reason, ...endedBefore(state) } };
    case 'request.ended':
      return { ...next, closed: { kind: 'ended', ...by } };
    case 'credentials.intended':
      return intended(next, event);
    case 'request.lapsed':
    case 'credentials.issued':
    case 'credentials.withheld':
    case 'credentials.failed':
    case 'credentials.unknown':
    case 'console.issued':
      return next;
    case 'sessions.ended':
      return { ...next, sessionsEnded: { at: event.at, ...event.data } };
    default:
      throw new TypeError(`${event.type} has no place in a request`);
  }
};

export const fold = (events: readonly RecordedEvent[]): RequestState | undefined =>
  events.reduce<RequestState | undefined>(evolve, undefined);

const submitted = (data: EventData['request.submitted'], requester: Handle, at: Instant): RequestState => ({
  id: data.requestId,
  requester,
  entitlementId: data.entitlementId,
  snapshot: data.snapshot,
  justification: data.justification,
  ...(data.ticket === undefined ? {} : { ticket: data.ticket }),
  ...(data.scope ? { scope: data.scope } : {}),
  createdAt: at,
  durationSeconds: data.durationSeconds,
  grantedSeconds: data.durationSeconds,
  ...(data.startAt === undefined ? {} : { startAt: data.startAt }),
  autoApproved: data.autoApproved,
  ...(data.pendingUntil === undefined ? {} : { pendingUntil: data.pendingUntil }),
  stages: data.stages,
  ...(data.parallel ? { parallel: data.parallel } : {}),
  ...(data.escalation ? { escalation: data.escalation } : {}),
  approvals: [],
  ...(data.breakGlass ? { breakGlass: data.breakGlass } : {}),
  ...(data.revokers ? { revokers: data.revokers } : {}),
  ...(data.bundle ? { bundle: data.bundle } : {}),
  ...(data.autoApproved ? { approvedAt: at } : {}),
  issues: [],
  seq: 0,
});

const approved = (state: RequestState, event: RecordedEvent<'request.approved'>): RequestState => {
  const { durationSeconds = state.grantedSeconds, startAt = state.startAt } = event.data;
  const approvals = withApproval(state, approvalOf(event));
  return {
    ...state,
    approvals,
    // An approver can only take away, whatever an event says.
    grantedSeconds: Math.min(state.grantedSeconds, durationSeconds),
    ...(startAt === undefined ? {} : { startAt: latest(startAt, state.startAt ?? startAt) }),
    ...(approvalsNeeded({ ...state, approvals }) === 0 ? { approvedAt: event.at } : {}),
  };
};

/** Denied or cancelled: the request, or only the extension of it. @throws TypeError when there is none. */
const closedAs = (
  state: RequestState,
  closed: NonNullable<Extension['closed']>,
  { extension }: { readonly extension?: true },
): RequestState => (extension ? { ...state, extension: { ...asked(state), closed } } : { ...state, closed });

const endedBefore = ({ closed }: RequestState): Pick<Closed, 'endedAt'> => (closed ? { endedAt: closed.at } : {});

const intended = (
  state: RequestState,
  { eventId, at, data: { purpose, durationSeconds } }: RecordedEvent<'credentials.intended'>,
): RequestState => {
  const until = plusSeconds(at, durationSeconds);
  return {
    ...state,
    issues: [...state.issues, { intent: eventId, at, purpose }],
    sessionsUntil: latest(until, state.sessionsUntil ?? until),
  };
};

const asked = ({ extension }: RequestState): Extension => certain(extension, 'no extension was asked for');

const extensionAsked = (
  state: RequestState,
  { data, at }: RecordedEvent<'request.extension_requested'>,
): RequestState => {
  const extendedBefore = yesesToExtensions(state);
  return {
    ...state,
    ...askedAgain(state),
    ...(extendedBefore.length > 0 ? { extendedBefore } : {}),
    extension: { ...data, at, seq: state.seq, grantedSeconds: data.durationSeconds, approvals: [] },
  };
};

const askedAgain = ({ extensionsAsked = 0 }: RequestState): Pick<RequestState, 'extensionsAsked'> => ({
  extensionsAsked: extensionsAsked + 1,
});

/** Who ever said yes to more time, whatever came of it. */
export const yesesToExtensions = ({
  extension,
  extendedBefore = [],
}: Pick<RequestState, 'extension' | 'extendedBefore'>): readonly Yes[] => [
  ...extendedBefore,
  ...(extension?.approvals ?? []).map(({ approver, onBehalfOf }) => ({
    approver,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
  })),
];

const extensionApproved = (state: RequestState, event: RecordedEvent<'request.approved'>): RequestState => {
  const before = asked(state);
  const approvals = withApproval(before, approvalOf(event));
  const grantedSeconds = Math.min(before.grantedSeconds, event.data.durationSeconds ?? before.grantedSeconds);
  const extension = { ...before, approvals, grantedSeconds };
  return approvalsNeeded(extension) > 0
    ? { ...state, extension }
    : { ...state, extension: { ...extension, approvedAt: event.at }, ...extended(state, grantedSeconds) };
};

const extended = ({ extendedSeconds = 0 }: RequestState, seconds: number): Pick<RequestState, 'extendedSeconds'> => ({
  extendedSeconds: extendedSeconds + seconds,
});

const approvalOf = ({ data, actor, at }: RecordedEvent<'request.approved'>): Approval => ({
  approver: actor.handle,
  at,
  stage: data.stage,
  ...(data.couldServe ? { couldServe: data.couldServe } : {}),
  ...(data.onBehalfOf === undefined ? {} : { onBehalfOf: data.onBehalfOf }),
  ...(data.comment ? { comment: data.comment } : {}),
});

/** An approved request's time window. It is computed, never stored; a revoke or an end cuts it short. */
export interface Grant {
  readonly state: 'scheduled' | 'active' | 'ended';
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

type Windowed = Pick<RequestState, 'approvedAt' | 'startAt' | 'grantedSeconds' | 'extendedSeconds' | 'closed'>;

/** How long the grant is, with what extensions have added. */
export const totalSeconds = ({
  grantedSeconds,
  extendedSeconds = 0,
}: Pick<RequestState, 'grantedSeconds' | 'extendedSeconds'>): number => grantedSeconds + extendedSeconds;

export const grantAt = (request: Windowed, now: Instant): Grant | undefined => {
  if (request.approvedAt === undefined) return undefined;
  const startsAt = latest(request.startAt ?? request.approvedAt, request.approvedAt);
  const wholeEnd = plusSeconds(startsAt, totalSeconds(request));
  const endsAt = request.closed ? earliest(wholeEnd, request.closed.endedAt ?? request.closed.at) : wholeEnd;
  if (request.closed || !isBefore(now, endsAt)) return { state: 'ended', startsAt, endsAt };
  return { state: isBefore(now, startsAt) ? 'scheduled' : 'active', startsAt, endsAt };
};

/** The status now: a pending request expires by time, an approved one when its window is past. */
export const statusAt = (request: Windowed & Pick<RequestState, 'pendingUntil'>, now: Instant): RequestStatus => {
  if (request.closed) return request.closed.kind;
  const grant = grantAt(request, now);
  if (grant) return grant.state === 'ended' ? 'expired' : 'approved';
  return request.pendingUntil !== undefined && !isBefore(now, request.pendingUntil) ? 'expired' : 'pending';
};

/** The extension that waits for an approval now, of a grant that still goes on. */
export const openExtension = (
  request: Windowed & Pick<RequestState, 'extension'>,
  now: Instant,
): Extension | undefined => {
  const { extension } = request;
  if (!extension || extension.approvedAt !== undefined || extension.closed) return undefined;
  return isBefore(now, extension.pendingUntil) && grantAt(request, now)?.state === 'active' ? extension : undefined;
};

/** What became of an extension; one that lapsed, or that the grant did not outlive, is expired. */
export const extensionStatusAt = (
  request: Windowed & Pick<RequestState, 'extension'>,
  { closed, approvedAt }: Extension,
  now: Instant,
): 'pending' | 'approved' | 'denied' | 'cancelled' | 'expired' => {
  if (closed) return closed.kind;
  if (approvedAt !== undefined) return 'approved';
  return openExtension(request, now) ? 'pending' : 'expired';
};
