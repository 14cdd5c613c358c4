import fc from 'fast-check';
import type { Channel, Command, Submit } from '../../../lib/domain/command.ts';
import type { HoldTarget } from '../../../lib/domain/hold.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { NOON, handleOf, words } from '../../support/builders.ts';
import {
  type SignedIn,
  APPROVERS,
  REQUESTERS,
  SECURITY,
  anybody,
  deployments,
  entitlementIds,
  passing,
  secondsAfter,
  signedIn,
  someDay,
  somebody,
} from '../cast.ts';
import { type Decider, type Oracle, type Said, act, ask, deploy, hold, join, lend, lift, takeBack } from './both.ts';

/** Somebody wants something, so long after the last, under this policy, of this request where it is about one. */
export interface Wanted {
  readonly who: SignedIn;
  readonly seconds: number;
  readonly policy: AccessPolicy | 'active';
  readonly target: number;
  /** As whoever asked for that one, rather than as `who` says. */
  readonly asRequester: boolean;
  readonly needsRequest: boolean;
  readonly run: (oracle: Oracle, decider: Decider, who: Principal, target: number) => Said;
  /** For the reader of a failure. */
  readonly text: string;
}

type Run<T> = (oracle: Oracle, decider: Decider, who: Principal, what: T, target: number) => Said;

const wanted = <T>(
  who: fc.Arbitrary<Principal>,
  what: fc.Arbitrary<(now: string) => T>,
  run: Run<T>,
  { needsRequest = false, asRequester = fc.constant<boolean>(false) } = {},
): fc.Arbitrary<Wanted> =>
  fc
    .record({ who: signedIn(who), what, seconds: passing, policy: someDay, target: newest, asRequester })
    .map(({ what: at, ...rest }) => ({
      ...{ ...rest, needsRequest },
      run: (oracle, decider, principal, target) => run(oracle, decider, principal, at(oracle.now), target),
      text: JSON.stringify(at(NOON)),
    }));

/** Mostly the one that was made last. */
const newest = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(5) });

const acting = (who: readonly string[], what: fc.Arbitrary<(now: string) => Command>): fc.Arbitrary<Wanted> =>
  fc
    .constantFrom<Channel>('portal', 'portal', 'portal', 'bearer', 'chat')
    .chain((channel) =>
      wanted(
        anybody(...who),
        what,
        (oracle, decider, principal, command, target) => act(oracle, decider, principal, { command, channel, target }),
        { needsRequest: true, asRequester: who === REQUESTERS ? mostly(true, false) : fc.constant(false) },
      ),
    );

const durations = fc.constantFrom(60, 899, 900, 1800, 3600, 3601, 7200);

const approvals: fc.Arbitrary<(now: string) => Command> = fc
  .record(
    {
      durationSeconds: durations,
      startIn: fc.constantFrom(-60, 0, 60, 1800, 30 * 86_400, 30 * 86_400 + 1),
      seq: places(),
    },
    { requiredKeys: [] },
  )
  .map(({ durationSeconds, startIn, seq }) => (now: string): Command => ({
    type: 'approve',
    ...(seq === undefined ? {} : { seq }),
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(startIn === undefined ? {} : { startAt: secondsAfter(now, startIn) }),
  }));
const plainYes = fc.constant((): Command => ({ type: 'approve' }));
/** By a page that is some events old. */
const staleYes = places().map((seq) => (): Command => ({ type: 'approve', seq }));

function places(): fc.Arbitrary<number> {
  return fc.nat(6);
}

const extensions: fc.Arbitrary<(now: string) => Command> = fc
  .record({ durationSeconds: durations, text: texts() })
  .map(({ durationSeconds, text }) => (): Command => ({
    ...{ type: 'extend', durationSeconds },
    justification: { text, ref: words('why') },
  }));

function texts(): fc.Arbitrary<string> {
  return mostly('restore the payments queue', ' too short ');
}

const always = (...commands: readonly Command[]): fc.Arbitrary<(now: string) => Command> =>
  fc.constantFrom(...commands.map((command) => () => command));

const issues = always({ type: 'issue', purpose: 'credentials', sessionNameHash: 'h' });
const ofTheirOwn = always({ type: 'cancel' }, { type: 'end' });
const reasons = { reason: words('no') };
const refusals = always(
  { type: 'deny', ...reasons },
  { type: 'deny', ...reasons, seq: 3 },
  { type: 'revoke', ...reasons },
);
const reviews = always({ type: 'review', verdict: 'justified', comment: words('looked at') });

function mostly<T>(good: T, ...others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
}

const asks: fc.Arbitrary<(now: string) => Submit> = fc
  .record(
    {
      requestId: fc.uuid(),
      entitlementId: fc.constantFrom(...entitlementIds, ...entitlementIds, 'none'),
      durationSeconds: mostly(3600, 60, 1800, 3601, 7200),
      text: texts(),
      ticket: mostly('OPS-1', 'ops 1', 'OPS-1\u0000'),
      startIn: mostly(0, -1, 60, 1800, 30 * 86_400 + 1),
    },
    { requiredKeys: ['requestId', 'entitlementId', 'durationSeconds'] },
  )
  .map(
    ({ requestId, entitlementId, durationSeconds, text = 'restore the payments queue', ticket, startIn }) =>
      (now: string) => ({
        ...{ requestId, entitlementId, durationSeconds },
        justification: { text, ref: words('why') },
        ...(ticket === undefined ? {} : { ticket }),
        ...(startIn === undefined ? {} : { startAt: secondsAfter(now, startIn) }),
      }),
  );

const breaking: fc.Arbitrary<(now: string) => Submit> = fc
  .record({
    requestId: fc.uuid(),
    entitlementId: mostly('one', 'wide'),
    durationSeconds: mostly(900, 60, 1800, 1801),
    startIn: mostly<number | undefined>(undefined, 0),
  })
  .map(({ startIn, ...rest }) => (now: string) => ({
    ...rest,
    breakGlass: true,
    justification: { text: 'the payments queue is down', ref: words('why') },
    ...(startIn === undefined ? {} : { startAt: secondsAfter(now, startIn) }),
  }));

const targets = fc.constantFrom<HoldTarget>(
  { on: 'person', handle: handleOf('engineer') },
  { on: 'person', handle: handleOf('engineer') },
  { on: 'person', handle: handleOf('lead') },
  { on: 'person', handle: handleOf('security') },
  { on: 'entitlement', entitlementId: 'wide' },
  { on: 'entitlement', entitlementId: 'none' },
  { on: 'account', accountId: '111122223333' },
  { on: 'account', accountId: '999999999999' },
  { on: 'all' },
);

const lendings = fc
  .record({
    id: fc.uuid(),
    to: fc.constantFrom('lead', 'outsider', 'outsider', 'engineer', 'security', 'pipeline'),
    startIn: mostly(0, -600, 600),
    seconds: fc.constantFrom(600, 3600, 3600, 86_400, 86_401, -600),
  })
  .map(({ id, to, startIn, seconds }) => (now: string) => ({
    ...{ id, to: handleOf(to) },
    startsAt: secondsAfter(now, startIn),
    endsAt: secondsAfter(now, seconds),
  }));

/** Those that are so often the same person that others still find somebody else. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['engineer', 'engineer.too'],
  ['engineer', 'engineer.too'],
  ['second.lead', 'security'],
  ['engineer.too', 'lead'],
];

const links: fc.Arbitrary<Wanted> = fc.constantFrom(...PAIRS).chain(([one, other]) =>
  wanted(
    fc.constant(somebody(one)),
    fc.constant(() => somebody(other)),
    (oracle, decider, who, what) => join(oracle, decider, who, what),
  ),
);

const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one);

/** One of these at a time, each as likely as any other. */
export const wantedSteps: readonly fc.Arbitrary<Wanted>[] = [
  ...times(6, wanted(anybody(...REQUESTERS), asks, ask)),
  ...times(2, wanted(anybody(...REQUESTERS), breaking, ask)),
  ...times(16, acting(APPROVERS, plainYes)),
  ...times(4, acting(APPROVERS, approvals)),
  ...times(2, acting(APPROVERS, staleYes)),
  ...times(16, acting(REQUESTERS, issues)),
  ...times(8, acting(REQUESTERS, extensions)),
  ...times(3, acting(REQUESTERS, ofTheirOwn)),
  ...times(3, acting(APPROVERS, refusals)),
  ...times(2, acting(SECURITY, reviews)),
  // Whoever stands in for others.
  ...times(4, acting(['outsider', 'lead'], plainYes)),
  wanted(
    anybody(...SECURITY),
    targets.map((target) => () => target),
    hold,
  ),
  ...times(
    2,
    wanted(
      anybody(...SECURITY),
      fc.nat(3).map((which) => () => which),
      lift,
    ),
  ),
  ...times(2, wanted(anybody(...APPROVERS), lendings, lend)),
  wanted(
    anybody(...APPROVERS),
    fc.constant(() => undefined),
    (oracle, decider, who) => takeBack(oracle, decider, who),
  ),
  wanted(
    anybody('security'),
    deployments.map((policy) => () => policy),
    deploy,
  ),
  links,
];
