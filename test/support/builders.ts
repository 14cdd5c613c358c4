import { createHash } from 'node:crypto';
import type { Context, Submit } from '../../lib/domain/command.ts';
import type { Control } from '../../lib/domain/control.ts';
import type { Entitlement, Stage } from '../../lib/domain/entitlement.ts';
import { snapshotOf } from '../../lib/domain/entitlement.ts';
import type { EventData, EventType, RecordedEvent, TextRef } from '../../lib/domain/event.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Instant, Principal } from '../../lib/domain/principal.ts';
import { type RequestState, fold } from '../../lib/domain/request.ts';
import { stagedFrom } from '../../lib/domain/stages.ts';
import { NO_STANDING } from '../../lib/domain/standing.ts';
import { testEntitlement } from './config.ts';

/** When every test begins, unless it says otherwise. */
export const NOON: Instant = '2026-03-02T12:00:00.000Z';

/** So many seconds after noon; fractions down to the millisecond. */
export const noon = (plusSeconds: number): Instant =>
  new Date(Date.parse(NOON) + Math.round(plusSeconds * 1000)).toISOString();

/** `p_` and 43 base64url characters, as a handle is, of a name that a test can remember. */
export const handleOf = (name: string): string => `p_${createHash('sha256').update(name).digest('base64url')}`;

/** A person who signed in at noon; the handle follows from the e-mail. */
export const principal = (name: string, groups: readonly string[], overrides: Partial<Principal> = {}): Principal => ({
  handle: handleOf(name),
  issuer: 'https://idp.example.com',
  subject: name,
  kind: 'person',
  displayName: name,
  email: `${name}@example.com`,
  groups: groups.map((group) => `okta:${group}`),
  groupsAt: NOON,
  authenticatedAt: NOON,
  methods: ['pwd'],
  ...overrides,
});

export const engineer = principal('engineer', ['sre']);
export const approver = principal('approver', ['sre-leads']);
export const secondApprover = principal('second.approver', ['sre-leads']);
export const security = principal('security', ['security']);
export const auditor = principal('auditor', ['auditors']);
export const outsider = principal('outsider', []);

export const stage = (group: string, count = 1): Stage => ({ from: { groups: [`okta:${group}`] }, count });

/** `prod-admin`: sre ask for up to an hour, one of the sre-leads approves within half an hour, security revokes. */
export const entitlement = (overrides: Partial<Entitlement> = {}): Entitlement =>
  testEntitlement({
    id: 'prod-admin',
    title: 'Administer production',
    roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
    requesters: { groups: ['okta:sre'] },
    approval: { stages: [stage('sre-leads')], withinSeconds: 1800 },
    maxDurationSeconds: 3600,
    revokers: { groups: ['okta:security'] },
    ...overrides,
  });

export const policy = (entitlements: readonly Entitlement[] = [entitlement()]): AccessPolicy => ({
  version: 'the-version',
  entitlements: new Map(entitlements.map((each) => [each.id, each])),
  accounts: entitlements.map(({ account }) => account),
  auditors: { groups: ['okta:auditors'] },
  security: { groups: ['okta:security'] },
  limits: { openRequests: 20 },
});

/** Nothing is held, and the access policy of the builders has been active for months. */
export const IN_FORCE: Control = { holds: [], active: { version: 'the-version', at: '2026-01-01T00:00:00.000Z' } };

export const context = (actor: Principal, now: Instant = NOON, entitlements?: readonly Entitlement[]): Context => ({
  principal: actor,
  policy: policy(entitlements),
  now,
  channel: 'portal',
  control: IN_FORCE,
  standing: NO_STANDING,
  requesterStanding: NO_STANDING,
});

export const words = (id: string): TextRef => ({ id, hash: `hash of ${id}` });

export const ask = (overrides: Partial<Submit> = {}): Submit => ({
  requestId: 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA',
  entitlementId: 'prod-admin',
  justification: { text: 'restore the payments queue', ref: words('why') },
  durationSeconds: 3600,
  ...overrides,
});

let eventIds = 0;

/** An event by somebody at an instant; its id is like no other's. */
export const recorded = <T extends EventType>(
  type: T,
  data: EventData[T],
  { by, at }: { by: Principal; at: Instant },
): RecordedEvent<T> => {
  eventIds += 1;
  const event: unknown = { type, data, eventId: `event-${eventIds}`, at, actor: { kind: by.kind, handle: by.handle } };
  // TypeScript cannot see that a generic type and its data belong together.
  return event as RecordedEvent<T>;
};

/** The engineer asked for `of` at noon. */
export const submitted = (
  data: Partial<EventData['request.submitted']> = {},
  { of = entitlement(), by = engineer, at = NOON }: { of?: Entitlement; by?: Principal; at?: Instant } = {},
): RecordedEvent<'request.submitted'> =>
  recorded(
    'request.submitted',
    {
      requestId: ask().requestId,
      entitlementId: of.id,
      snapshot: snapshotOf(of),
      justification: words('why'),
      durationSeconds: 3600,
      ...(of.approval === 'auto'
        ? { autoApproved: true, stages: [] }
        : { autoApproved: false, ...stagedFrom(of.approval, NOON) }),
      ...data,
    },
    { by, at },
  );

export const approved = (
  by: Principal,
  at: Instant,
  data: Partial<EventData['request.approved']> = {},
): RecordedEvent<'request.approved'> => recorded('request.approved', { stage: 0, ...data }, { by, at });

export const intended = (at: Instant): RecordedEvent<'credentials.intended'> =>
  recorded(
    'credentials.intended',
    {
      purpose: 'credentials',
      roleArn: entitlement().roleArn,
      sessionNameHash: 'hash',
      durationSeconds: 900,
      endsAt: at,
      tags: {},
    },
    { by: engineer, at },
  );

/** The request that these events tell of. */
export const request = (...events: readonly RecordedEvent[]): RequestState => {
  const state = fold(events);
  if (!state) throw new TypeError('a request has events');
  return state;
};

/** Pending since noon, until half past. */
export const pending = (data: Partial<EventData['request.submitted']> = {}): RequestState => request(submitted(data));

/** Asked for at noon and approved at once: a grant until one o'clock. */
export const granted = (...further: readonly RecordedEvent[]): RequestState =>
  request(submitted(), approved(approver, NOON), ...further);
