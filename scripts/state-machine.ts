import type { Command, Context } from '../lib/domain/command.ts';
import { decide } from '../lib/domain/decide.ts';
import { submit } from '../lib/domain/decide-submit.ts';
import type { Entitlement } from '../lib/domain/entitlement.ts';
import type { DomainEvent, RecordedEvent } from '../lib/domain/event.ts';
import type { AccessPolicy } from '../lib/domain/policy.ts';
import type { Instant, Principal } from '../lib/domain/principal.ts';
import { type RequestState, evolve, grantAt, openExtension, statusAt } from '../lib/domain/request.ts';
import { NO_STANDING } from '../lib/domain/standing.ts';
import { isBefore, plusSeconds } from '../lib/domain/time.ts';

/** What may become of a request: by an event, or by time alone. */
export interface Edge {
  /** A status, with more where that is worth a word: `active`, `active, more time asked for`. Empty before the request. */
  readonly from: string;
  /** The type of the event; `time`. */
  readonly what: string;
  readonly to: string;
  /** Who may do it; `nobody` when time does. */
  readonly by: readonly string[];
}

const START: Instant = '2026-01-05T09:00:00.000Z';
const TICK_SECONDS = 600;
const TICKS = 7;

/** Whoever waits, and whatever is granted, does so for two ticks. */
const SPAN_SECONDS = 2 * TICK_SECONDS;
const FROM_APPROVERS = { stages: [{ from: { groups: ['approvers'] }, count: 2 }], withinSeconds: SPAN_SECONDS };

const entitlement: Entitlement = {
  id: 'staged',
  title: 'Staged',
  account: { id: '111122223333', name: 'prod', partition: 'aws', region: 'eu-west-1' },
  roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
  roleMaxSessionSeconds: 3600,
  requesters: { groups: ['requesters'] },
  approval: FROM_APPROVERS,
  maxDurationSeconds: SPAN_SECONDS,
  justification: { minLength: 1 },
  requires: { mfa: false },
  groupsMaxAgeSeconds: 86_400,
  // What chains away is surely over only after the last tick, so that it makes no difference when a session was opened.
  session: { via: 'assumeRole', maxSeconds: 3600, tail: 'deny', chaining: true, denies: [] },
  revokers: { groups: ['revokers'] },
  limits: { issuesPerHour: 1 },
  extension: { maxTotalSeconds: 2 * SPAN_SECONDS, approval: FROM_APPROVERS },
  breakGlass: {
    requesters: { groups: ['requesters'] },
    maxDurationSeconds: SPAN_SECONDS,
    issuesPerHour: 1,
    reviewWithinSeconds: SPAN_SECONDS,
    reviewers: { groups: ['reviewers'] },
    notify: [],
  },
};

const automatic: Entitlement = {
  ...entitlement,
  id: 'automatic',
  approval: 'auto',
  extension: { maxTotalSeconds: 2 * SPAN_SECONDS, approval: 'auto' },
};

const policy: AccessPolicy = {
  version: '',
  entitlements: new Map([entitlement, automatic].map((each) => [each.id, each])),
  accounts: [entitlement.account],
  auditors: { groups: [] },
  limits: { openRequests: 1 },
};

const person = (name: string, group: string): Principal => ({
  handle: name,
  issuer: 'https://idp.example.com',
  subject: name,
  kind: 'person',
  groups: [group],
  groupsAt: START,
  authenticatedAt: START,
  methods: ['pwd'],
});

/** Who acts, by what the edges call them. */
const CAST: readonly (readonly [role: string, principal: Principal])[] = [
  ['requester', person('requester', 'requesters')],
  ['approver', person('first', 'approvers')],
  ['approver', person('second', 'approvers')],
  ['revoker', person('revoker', 'revokers')],
  ['reviewer', person('reviewer', 'reviewers')],
];

const WORDS = { id: 'words', hash: 'hash' };
const MORE = { text: 'more time', ref: WORDS };

/** Every command there is, by its type, so that a new one is not left out. */
const COMMANDS: { readonly [T in Command['type']]: Extract<Command, { type: T }> } = {
  approve: { type: 'approve' },
  deny: { type: 'deny', reason: WORDS },
  cancel: { type: 'cancel' },
  extend: { type: 'extend', justification: MORE, durationSeconds: TICK_SECONDS },
  review: { type: 'review', verdict: 'justified', comment: WORDS },
  end: { type: 'end' },
  revoke: { type: 'revoke', reason: WORDS },
  issue: { type: 'issue', purpose: 'credentials', sessionNameHash: 'hash' },
};

interface Moment {
  readonly request: RequestState;
  readonly now: Instant;
}

/** Every edge that the decider, the fold and the clock allow, found by trying everything at every tick from every kind of beginning. */
export const edges = (): readonly Edge[] => {
  const found = new Map<string, Edge>();
  const add = (edge: Omit<Edge, 'by'>, by: string): void => {
    const key = JSON.stringify([edge.from, edge.what, edge.to]);
    found.set(key, { ...edge, by: [...new Set([...(found.get(key)?.by ?? []), by])].toSorted() });
  };
  const seen = new Set<string>();
  const waiting: Moment[] = [];
  const visit = (moment: Moment): void => {
    const key = keyOf(moment);
    if (!seen.has(key)) waiting.push(moment);
    seen.add(key);
  };
  for (const { what, request } of beginnings()) {
    add({ from: '', what, to: nameOf({ request, now: START }) }, 'requester');
    visit({ request, now: START });
  }
  for (let moment = waiting.pop(); moment; moment = waiting.pop())
    for (const { what, by, next } of nextOf(moment)) {
      if (what !== 'time' || nameOf(next) !== nameOf(moment)) add({ from: nameOf(moment), what, to: nameOf(next) }, by);
      visit(next);
    }
  return [...found.values()];
};

/**
 * Two moments are one when nothing sets them apart but when each yes was said, and when the grant was ended (the grant says what matters
 * of that), when sessions were opened, what was said of earlier extensions, and how many there were.
 */
const SETS_NOTHING_APART = [
  ...['at', 'approvedAt', 'createdAt', 'endedAt', 'sessionsUntil', 'seq'],
  ...['extensionsAsked', 'extendedBefore'],
];

const keyOf = ({ request, now }: Moment): string =>
  JSON.stringify([request, grantAt(request, now), now], (name, value: unknown) =>
    SETS_NOTHING_APART.includes(name) ? undefined : value,
  );

const beginnings = (): readonly { readonly what: string; readonly request: RequestState }[] => {
  const later = plusSeconds(START, TICK_SECONDS);
  return [
    { what: 'request.submitted', more: {}, entitlementId: 'staged' },
    { what: 'request.submitted', more: { startAt: later }, entitlementId: 'staged' },
    { what: 'request.submitted (approved by rule)', more: {}, entitlementId: 'automatic' },
    { what: 'request.submitted (approved by rule)', more: { startAt: later }, entitlementId: 'automatic' },
    { what: 'request.submitted (break-glass)', more: { breakGlass: true }, entitlementId: 'staged' },
  ].map(({ what, more, entitlementId }) => {
    const requester = person('requester', 'requesters');
    const command = {
      requestId: 'request',
      entitlementId,
      justification: MORE,
      durationSeconds: SPAN_SECONDS,
      ...more,
    };
    const decision = submit(command, contextOf(requester, START));
    if (!('event' in decision) || !decision.event) throw new TypeError('the requester may ask');
    return { what, request: evolve(undefined, recorded(decision.event, requester, START)) };
  });
};

const nextOf = ({
  request,
  now,
}: Moment): readonly { readonly what: string; readonly by: string; readonly next: Moment }[] => {
  const acts = CAST.flatMap(([by, principal]) =>
    Object.values(COMMANDS).flatMap((command) => {
      const decision = decide(request, command, contextOf(principal, now));
      if (!('event' in decision) || !decision.event) return [];
      const event = recorded(decision.event, principal, now);
      return [{ what: event.type, by, next: { request: evolve(request, event), now } }];
    }),
  );
  const later = plusSeconds(now, TICK_SECONDS);
  const isOver = isBefore(plusSeconds(START, TICKS * TICK_SECONDS), later);
  return [...acts, ...(isOver ? [] : [{ what: 'time', by: 'nobody', next: { request, now: later } }])];
};

/** The status, and within `approved` what becomes of the grant. */
const nameOf = ({ request, now }: Moment): string => {
  const status = statusAt(request, now);
  if (status !== 'approved') return status;
  const state = grantAt(request, now)?.state ?? status;
  return openExtension(request, now) ? `${state}, more time asked for` : state;
};

const contextOf = (principal: Principal, now: Instant): Context => ({
  principal,
  policy,
  now,
  channel: 'portal',
  control: { holds: [], active: { version: policy.version, at: now } },
  standing: NO_STANDING,
  requesterStanding: NO_STANDING,
});

const recorded = (event: DomainEvent, { handle, kind }: Principal, at: Instant): RecordedEvent => ({
  ...event,
  eventId: 'event',
  at,
  actor: { kind, handle },
});
