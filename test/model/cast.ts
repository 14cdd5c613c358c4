import fc from 'fast-check';
import type { Entitlement } from '../../lib/domain/entitlement.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { entitlement, policy, principal, stage } from '../support/builders.ts';

/** Who takes part. The first is in every group there is: whoever may not, must not even so. */
export const people: readonly Principal[] = [
  principal('mighty', ['sre', 'sre-leads', 'security', 'auditors'], { methods: ['pwd', 'mfa'] }),
  principal('engineer', ['sre']),
  principal('lead', ['sre-leads']),
  principal('second.lead', ['sre-leads', 'security']),
  principal('security', ['security']),
  principal('auditor', ['auditors']),
  principal('outsider', []),
  principal('pipeline', ['sre', 'sre-leads', 'security'], { kind: 'workload', methods: [] }),
];

const role = (name: string): string => `arn:aws:iam::111122223333:role/hatcheck/${name}`;

/** What may be asked for: each way of approval, and each rule of an issue, in one of them at least. */
export const entitlements: readonly Entitlement[] = [
  entitlement({ id: 'auto', approval: 'auto', roleArn: role('Auto'), limits: { issuesPerHour: 3 } }),
  entitlement({ id: 'one', roleArn: role('One'), ticket: { pattern: '^OPS-[0-9]+$', required: false } }),
  entitlement({
    id: 'pair',
    roleArn: role('Pair'),
    approval: { stages: [stage('sre-leads', 2)], withinSeconds: 3600 },
    requires: { mfa: false, authenticatedWithinSeconds: 1800 },
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
];

export const entitlementIds: readonly string[] = entitlements.map(({ id }) => id);

const changed = (change: (each: Entitlement) => Entitlement): AccessPolicy => policy(entitlements.map(change));

export const basePolicy: AccessPolicy = policy(entitlements);

/** What the access policy may become while requests live. */
const changes: readonly AccessPolicy[] = [
  changed((each) => ({ ...each, roleArn: `${each.roleArn}2` })),
  changed((each) => ({ ...each, maxDurationSeconds: 900, limits: { issuesPerHour: 1 } })),
  changed((each) => ({ ...each, approval: { stages: [stage('security')], withinSeconds: 600 } })),
  changed((each) => ({ ...each, requesters: { groups: ['okta:nobody'] } })),
  changed((each) => ({ ...each, approval: 'auto' })),
  policy([]),
];

/** Today's, and now and then tomorrow's. */
export const someDay: fc.Arbitrary<AccessPolicy> = fc.oneof(
  { weight: 12, arbitrary: fc.constant(basePolicy) },
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

export const REQUESTERS = ['engineer', 'engineer', 'engineer', 'engineer', 'mighty', 'pipeline'];
export const APPROVERS = ['mighty', 'lead', 'second.lead', 'security'];

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

export const principalAt = ({ name, groupsAgo, signInAgo, mfa }: SignedIn, now: string): Principal => {
  const person = people.find(({ subject }) => subject === name);
  if (!person) throw new TypeError(`nobody is called ${name}`);
  return {
    ...person,
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
