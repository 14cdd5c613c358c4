import { seal } from '../../lib/broker/chain.ts';
import type { EventData, EventType, StoredEvent } from '../../lib/domain/event.ts';
import { engineer, handleOf, noon, recorded, security, submitted, words } from './builders.ts';

const control = { holds: [] };
const standing = { sameAs: [], linked: [], delegations: [], reservations: [] };
const intent = 'event-0';
const hash = 'x'.repeat(43);

const hold = {
  id: 'h_1',
  target: { on: 'person', handle: engineer.handle },
  reason: words('held'),
  by: security.handle,
  at: noon(0),
} as const;
const delegation = {
  ...{ id: 'd_1', by: engineer.handle, sameAs: [], to: handleOf('other'), groups: ['okta:sre-leads'] },
  ...{ madeAt: noon(0), startsAt: noon(0), endsAt: noon(3600) },
};

/** One of each, for tests that hold of all: a type without one does not compile. */
const DATA = {
  'request.submitted': submitted().data,
  'request.approved': { stage: 0, comment: words('yes') },
  'request.denied': { reason: words('no') },
  'request.cancelled': {},
  'request.extension_requested': {
    durationSeconds: 600,
    justification: words('more'),
    stages: [],
    pendingUntil: noon(600),
  },
  'request.extended': { durationSeconds: 600, justification: words('more') },
  'request.reviewed': { verdict: 'unjustified', comment: words('seen') },
  'request.lapsed': { pendingUntil: noon(0) },
  'request.revoked': { reason: words('stop') },
  'request.ended': {},
  'credentials.intended': {
    ...{ purpose: 'credentials', roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', sessionNameHash: hash },
    ...{ durationSeconds: 900, endsAt: noon(900), tags: { 'hatcheck-request': 'r_1' } },
  },
  'credentials.issued': { intent, accessKeyId: 'ASIAEXAMPLE', expiration: noon(900) },
  'credentials.withheld': { intent, accessKeyId: 'ASIAEXAMPLE', reason: 'revoked' },
  'credentials.failed': { intent, reason: 'AccessDenied' },
  'credentials.unknown': { intent, reason: 'NoOutcome' },
  'sessions.ended': { tookMs: 700, by: 'boundary' },
  'credentials.refused': { requestId: 'r_1', purpose: 'console', code: 'held', reason: 'a hold on the person' },
  'console.issued': { intent, expiresAt: noon(900) },
  'signin.succeeded': { provider: 'okta', method: 'browser', methods: ['pwd', 'mfa'] },
  'signin.refused': { provider: 'okta', method: 'token_exchange', reason: 'audience' },
  'signin.ended': { via: 'bearer', reason: 'reused' },
  'hold.placed': { hold, carried: control },
  'hold.lifted': { holdId: 'h_1', carried: control },
  'policy.activated': { version: 'v', carried: control },
  'link.made': { person: [engineer.handle, handleOf('other')], carried: standing },
  'link.removed': { handle: handleOf('other'), carried: standing },
  'delegation.made': { delegation, carried: standing },
  'delegation.removed': { delegationId: 'd_1', carried: standing },
  'reservation.made': { reservations: [], carried: standing },
  'person.signed_out': { people: [engineer.handle], ended: 2, reason: words('stolen'), carried: standing },
  'person.forgotten': { handle: engineer.handle, carried: standing },
  'ledger.altered': { stream: 'control', seq: 3, change: 'modify' },
  'log.extended': { first: 0, entries: [{ stream: 'control', seq: 0, hash }], carried: { size: 1, frontier: [hash] } },
  'checkpoint.signed': { checkpoint: '{}', signature: 'x', kid: hash },
} as const satisfies { readonly [T in EventType]: EventData[T] };

const streamOf = (type: string): string => {
  const [noun = ''] = type.split('.');
  if (type === 'credentials.refused') return 'refusals#r_1';
  if (['request', 'credentials', 'console', 'sessions'].includes(noun)) return 'request#r_1';
  if (noun === 'signin') return 'signin#01J';
  if (['hold', 'policy'].includes(noun)) return 'control';
  return { ledger: 'alarm#2026-03-02', log: 'log', checkpoint: 'checkpoint' }[noun] ?? `person#${engineer.handle}`;
};

/** Sealed, each the first of its stream. */
export const eachEvent = (): readonly StoredEvent[] =>
  (Object.keys(DATA) as EventType[]).map((type) =>
    seal(undefined, streamOf(type), recorded(type, DATA[type], { by: engineer, at: noon(0) })),
  );
