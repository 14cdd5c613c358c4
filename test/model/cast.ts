import fc from 'fast-check';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { NOON, entitlement, policy, principal, stage } from '../support/builders.ts';

/** Who takes part. The first is in every group there is: whoever may not, must not even so. */
export const people: readonly Principal[] = [
  principal('mighty', ['sre', 'sre-leads', 'security', 'auditors'], { methods: ['pwd', 'mfa'] }),
  principal('engineer', ['sre']),
  principal('engineer.too', ['sre', 'sre-leads']),
  principal('lead', ['sre-leads']),
  principal('second.lead', ['sre-leads', 'security']),
  principal('security', ['security']),
  principal('auditor', ['auditors']),
  principal('outsider', []),
  principal('pipeline', ['sre', 'sre-leads', 'security'], { kind: 'workload', methods: [] }),
];

const person = (subject: string) => ({ provider: 'okta', issuer: 'https://idp.example.com', subject });
const role = (name: string): string => `arn:aws:iam::111122223333:role/hatcheck/${name}`;

/** What may be asked for: each way of approval, and each rule of an issue, in one of them at least. */
export const entitlements: readonly Entitlement[] = [
  entitlement({
    ...{ id: 'auto', approval: 'auto', roleArn: role('Auto'), limits: { issuesPerHour: 3 } },
    extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads')], withinSeconds: 1200 } },
  }),
  entitlement({
    id: 'one',
    roleArn: role('One'),
    ticket: { pattern: '^OPS-[0-9]+$', required: false },
    breakGlass: {
      requesters: { groups: ['okta:sre'] },
      maxDurationSeconds: 1800,
      issuesPerHour: 2,
      reviewWithinSeconds: 1200,
      reviewers: { groups: ['okta:security'] },
      notify: [],
    },
    extension: { maxTotalSeconds: 5400, approval: 'auto' },
  }),
  entitlement({
    id: 'pair',
    roleArn: role('Pair'),
    approval: {
      stages: [stage('sre-leads', 2)],
      withinSeconds: 3600,
      escalation: { afterSeconds: 600, to: { groups: ['okta:security'] } },
    },
    requires: { mfa: false, authenticatedWithinSeconds: 1800 },
    session: { via: 'assumeRole', maxSeconds: 3600, tail: 'deny', chaining: true, denies: [] },
  }),
  entitlement({
    id: 'staged',
    roleArn: role('Staged'),
    approval: { stages: [stage('sre-leads'), stage('security')], withinSeconds: 7200 },
    requires: { mfa: true },
    maxDurationSeconds: 7200,
    groupsMaxAgeSeconds: 3600,
    session: { via: 'assumeRole', maxSeconds: 1800, tail: 'refuse', chaining: false, denies: [] },
  }),
  // All stages at once: one of them asks a person by name, one is somebody's who may sit elsewhere too.
  entitlement({
    id: 'wide',
    roleArn: role('Wide'),
    approval: {
      stages: [stage('sre-leads'), { from: { groups: ['okta:security'], people: [person('lead')] }, count: 1 }],
      parallel: true,
      withinSeconds: 3600,
      escalation: { afterSeconds: 300, to: { groups: ['okta:auditors'] } },
    },
    approverRequires: { mfa: true, authenticatedWithinSeconds: 3600, channel: 'portal' },
    extension: {
      maxTotalSeconds: 7200,
      approval: { stages: [stage('security'), stage('sre-leads')], withinSeconds: 900 },
    },
  }),
  // Over midnight; no clock in Berlin leaps at these times, so that minutes on the wall mean one instant.
  entitlement({
    id: 'nightly',
    roleArn: role('Nightly'),
    approval: 'auto',
    hours: { timezone: 'Europe/Berlin', days: ['mon', 'sat', 'sun', 'thu'], from: '22:30', to: '04:30' },
    limits: { issuesPerHour: 4 },
  }),
  entitlement({
    id: 'daily',
    roleArn: role('Daily'),
    approval: { stages: [stage('sre-leads')], withinSeconds: 7200 },
    hours: { timezone: 'Europe/Berlin', days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '13:40' },
    session: { via: 'assumeRole', maxSeconds: 3600, tail: 'refuse', chaining: false, revokeOnEnd: true, denies: [] },
  }),
];

export const entitlementIds: readonly string[] = entitlements.map(({ id }) => id);

/** Few may wait at once, so that the limit is met; whoever approves may lend it for a day. */
const rules = { limits: { openRequests: 3 }, delegation: { maxSeconds: 86_400 } };

const changed = (change: (each: Entitlement) => Entitlement): AccessPolicy => ({
  ...policy(entitlements.map(change)),
  ...rules,
});

export const basePolicy: AccessPolicy = { ...policy(entitlements), ...rules };

/** What the access policy may become while requests live. */
export const changes: readonly AccessPolicy[] = [
  changed((each) => ({ ...each, roleArn: `${each.roleArn}2` })),
  changed((each) => ({ ...each, maxDurationSeconds: 900, limits: { issuesPerHour: 1 } })),
  changed((each) => ({ ...each, approval: { stages: [stage('security')], withinSeconds: 600 } })),
  changed((each) => ({ ...each, requesters: { groups: ['okta:nobody'] } })),
  changed((each) => ({ ...each, approval: 'auto' })),
  changed((each) => ({ ...each, extension: { maxTotalSeconds: 4000, approval: 'auto' } })),
  changed((each) => ({
    ...each,
    hours: { timezone: 'Asia/Kolkata', days: ['mon', 'sun'], from: '17:45', to: '18:00' },
  })),
  { ...policy(entitlements), limits: { openRequests: 1 } },
  { ...basePolicy, delegation: { maxSeconds: 3600, groups: ['okta:security'] } },
  policy([]),
  { ...basePolicy, revokers: { groups: ['okta:auditors'] } },
  { ...policy([]), revokers: { groups: [], people: [person('engineer')] } },
  { ...changed((each) => ({ ...each, revokers: { groups: [] } })), revokers: { groups: [] } },
].map((each, index) => ({ ...each, version: `the-version-after-${index}` }));

/** Noon on a Monday; the nights on which the clocks of Berlin leap; a year's end; a leap day. */
export const BEGINNINGS: readonly string[] = [
  ...Array.from({ length: 8 }, () => NOON),
  '2026-03-28T21:40:00.000Z',
  '2026-03-29T00:50:00.000Z',
  '2026-10-24T20:40:00.000Z',
  '2026-10-25T00:50:00.000Z',
  '2026-12-31T22:50:00.000Z',
  '2028-02-28T23:50:00.000Z',
];

/** By which access policy a function goes: mostly the active one, now and then one of before or after. */
export const someDay: fc.Arbitrary<AccessPolicy | 'active'> = fc.oneof(
  { weight: 24, arbitrary: fc.constant('active' as const) },
  { weight: 1, arbitrary: fc.constantFrom(basePolicy, ...changes) },
  { weight: 2, arbitrary: fc.constant(basePolicy) },
);
/** What is deployed: often that everything is as it was. */
export const deployments: fc.Arbitrary<AccessPolicy> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(basePolicy) },
  { weight: 1, arbitrary: fc.constantFrom(...changes) },
);

/** Anybody, but more often than not somebody from whom the act may be expected. */
export const anybody = (...likely: readonly string[]): fc.Arbitrary<Principal> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...likely.flatMap((name) => people.filter(({ subject }) => subject === name))),
    },
    { weight: 1, arbitrary: fc.constantFrom(...people) },
  );

export const REQUESTERS = ['engineer', 'engineer', 'engineer', 'engineer', 'engineer.too', 'mighty', 'pipeline'];
export const APPROVERS = ['mighty', 'lead', 'second.lead', 'security', 'engineer.too'];
export const SECURITY = ['security', 'second.lead'];

/** Somebody, signed in so long ago, with one factor or two. */
export interface SignedIn {
  readonly name: string;
  readonly groupsAgo: number;
  readonly signInAgo: number;
  readonly mfa: boolean;
}

export const signedIn = (who: fc.Arbitrary<Principal>): fc.Arbitrary<SignedIn> =>
  fc.record({
    name: who.map(({ subject }) => subject),
    groupsAgo: ago,
    signInAgo: ago,
    mfa: fc.constantFrom(true, true, true, false),
  });

export const somebody = (name: string): Principal => {
  const found = people.find(({ subject }) => subject === name);
  if (!found) throw new TypeError(`nobody is called ${name}`);
  return found;
};

export const principalAt = ({ name, groupsAgo, signInAgo, mfa }: SignedIn, now: string): Principal => {
  return {
    ...somebody(name),
    methods: mfa ? ['pwd', 'mfa'] : ['pwd'],
    groupsAt: secondsAfter(now, -groupsAgo),
    authenticatedAt: secondsAfter(now, -signInAgo),
  };
};

const ago = fc.oneof({ weight: 8, arbitrary: fc.nat(600) }, { weight: 1, arbitrary: fc.nat(20_000) });

export const secondsAfter = (instant: string, seconds: number): string =>
  new Date(Date.parse(instant) + Math.round(seconds * 1000)).toISOString();

/** How long until the next thing happens: mostly moments, now and then past the next edge, or back. */
export const passing: fc.Arbitrary<number> = fc.oneof(
  { weight: 16, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.nat(4000) },
  { weight: 2, arbitrary: fc.integer({ min: -900, max: 0 }) },
  { weight: 1, arbitrary: fc.constantFrom(600, 899, 900, 1800, 3600, 7200, 0.001) },
);
