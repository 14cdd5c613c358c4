import { NOTHING_KNOWN } from '../../lib/broker/known.ts';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Command, Context, Decision, Submit } from '../../lib/domain/command.ts';
import { submit } from '../../lib/domain/decide-submit.ts';
import { decide } from '../../lib/domain/decide.ts';
import type { DomainEvent, RecordedEvent } from '../../lib/domain/event.ts';
import type { AccessPolicy } from '../../lib/domain/policy.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { type RequestState, evolve, fold, grantAt, statusAt } from '../../lib/domain/request.ts';
import { NOON, words } from '../support/builders.ts';
import {
  type SignedIn,
  APPROVERS,
  REQUESTERS,
  anybody,
  basePolicy,
  entitlementIds,
  passing,
  principalAt,
  secondsAfter,
  signedIn,
  someDay,
} from './cast.ts';
import { type Verdict, factsOf, statusOf, submitVerdict, verdict } from './oracle.ts';

/** The decider's own state; the oracle has nothing but the events. */
interface Decider {
  state: RequestState | undefined;
}
interface Oracle {
  events: RecordedEvent[];
  policy: AccessPolicy;
  now: string;
}

type Step = fc.Command<Oracle, Decider>;

/** Every step of every run, so that a long run can say how far it is; `seen` counts what was said of them. */
export interface Steps {
  count: number;
  readonly seen: Map<string, number>;
}

export const noSteps = (): Steps => ({ count: 0, seen: new Map() });

/**
 * The decider against the oracle: any commands by anybody, in any order, at any time, under an access policy that changes. Both must say
 * the same of each, and what the state shows must follow from the events.
 */
export const deciderAgrees = (steps: Steps): fc.IProperty<[Iterable<Step>]> =>
  fc.property(fc.commands(stepsOf(steps), { maxCommands: 60, size: 'max' }), (commands) => {
    fc.modelRun(() => ({ model: { events: [], policy: basePolicy, now: NOON }, real: { state: undefined } }), commands);
  });

/** Somebody wants something, so long after the last. */
interface Wanted<T> {
  readonly who: SignedIn;
  readonly what: (now: string) => T;
  readonly seconds: number;
  readonly policy: AccessPolicy;
}

const wanted = <T>(who: fc.Arbitrary<Principal>, what: fc.Arbitrary<(now: string) => T>): fc.Arbitrary<Wanted<T>> =>
  fc.record({ who: signedIn(who), what, seconds: passing, policy: someDay });

const stepsOf = (steps: Steps): fc.Arbitrary<Step>[] => {
  const asking = wanted(anybody(...REQUESTERS), asks).map((each) => asStep(steps, each, ask));
  const approving = wanted(anybody(...APPROVERS), approvals).map((each) => asStep(steps, each, act));
  const refusing = wanted(anybody(...APPROVERS), fc.constantFrom(...refusals)).map((each) => asStep(steps, each, act));
  const owning = wanted(anybody(...REQUESTERS), fc.constantFrom(...ofTheirOwn)).map((each) => asStep(steps, each, act));
  return [asking, ...Array.from({ length: 4 }, () => [approving, owning, owning]).flat(), refusing];
};

const asStep = <T>(
  steps: Steps,
  { who, what, seconds, policy }: Wanted<T>,
  run: (oracle: Oracle, decider: Decider, who: Principal, what: T) => Verdict | undefined,
): Step => ({
  // Without a request there is only asking.
  check: ({ events }) => run === ask || events.length > 0,
  run: (oracle, decider) => {
    steps.count += 1;
    oracle.policy = policy;
    pass(oracle, seconds);
    const said = run(oracle, decider, principalAt(who, oracle.now), what(oracle.now));
    if (said) steps.seen.set(said, (steps.seen.get(said) ?? 0) + 1);
    assertShown(oracle, decider);
  },
  toString: () => JSON.stringify({ who, what: what(NOON), seconds }),
});

const act = (oracle: Oracle, decider: Decider, who: Principal, command: Command): Verdict => {
  const expected = verdict(oracle, command, who, oracle.now);
  const state = decider.state ?? assert.fail('the decider has no request');
  compare(oracle, decider, { who, expected, decided: decide(state, command, contextOf(oracle, who)) });
  return expected;
};

const ask = (oracle: Oracle, decider: Decider, who: Principal, wish: Submit): Verdict => {
  const expected = submitVerdict(oracle.policy, wish, who, oracle.now);
  const decided = submit(wish, contextOf(oracle, who));
  if (expected === 'request.submitted') {
    // The next request takes this one's place.
    oracle.events = [];
    decider.state = undefined;
  }
  compare(oracle, decider, { who, expected, decided });
  return expected;
};

/** As the broker has it: whatever the machine's clock says, never before the last event. */
const pass = (oracle: Oracle, seconds: number): void => {
  const last = oracle.events.at(-1)?.at ?? NOON;
  const now = secondsAfter(oracle.now, seconds);
  oracle.now = Date.parse(now) < Date.parse(last) ? last : now;
};

const contextOf = ({ policy, now }: Oracle, principal: Principal): Context => ({
  ...NOTHING_KNOWN,
  principal,
  policy,
  now,
});

const compare = (
  oracle: Oracle,
  decider: Decider,
  { who, expected, decided }: { who: Principal; expected: Verdict; decided: Decision },
): void => {
  assert.equal(saidBy(decided), expected);
  const event = 'event' in decided ? decided.event : undefined;
  if (!event) return;
  const recorded = recordedBy(event, who, oracle);
  oracle.events.push(recorded);
  decider.state = evolve(decider.state, recorded);
};

const saidBy = (decided: Decision): Verdict => {
  if ('refusal' in decided) return decided.refusal.code;
  return decided.event?.type ?? 'nothing';
};

const recordedBy = (event: DomainEvent, { kind, handle }: Principal, { events, now }: Oracle): RecordedEvent => ({
  ...event,
  eventId: `e${events.length}`,
  at: now,
  actor: { kind, handle },
});

/** Status, grant and who said yes follow from the bare events, and the fold of them is the state. */
const assertShown = ({ events, now }: Oracle, { state }: Decider): void => {
  if (!state) return;
  const facts = factsOf(events);
  assert.equal(statusAt(state, now), statusOf(facts, Date.parse(now)));
  const grant = grantAt(state, now);
  assert.equal(grant === undefined, facts.startMs === undefined);
  if (grant && facts.startMs !== undefined && facts.endMs !== undefined) {
    const cut = facts.closing ? Math.min(facts.endMs, Date.parse(facts.closing.at)) : facts.endMs;
    assert.deepEqual([Date.parse(grant.startsAt), Date.parse(grant.endsAt)], [facts.startMs, cut]);
  }
  const approvers = facts.yeses.map(({ actor }) => actor.handle);
  assert.ok(!approvers.includes(facts.asked.actor.handle), 'I3 the requester is an approver');
  assert.equal(new Set(approvers).size, approvers.length, 'I3 an approver counts twice');
  assert.deepEqual(state, fold(events));
};

const approvals: fc.Arbitrary<(now: string) => Command> = fc
  .record(
    {
      durationSeconds: fc.constantFrom(60, 899, 900, 1800, 3600, 3601, 7200),
      startIn: fc.constantFrom(-60, 0, 60, 1800, 30 * 86_400, 30 * 86_400 + 1),
    },
    { requiredKeys: [] },
  )
  .map(({ durationSeconds, startIn }) => (now: string): Command => ({
    type: 'approve',
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(startIn === undefined ? {} : { startAt: secondsAfter(now, startIn) }),
  }));

const refusals: readonly (() => Command)[] = [
  () => ({ type: 'deny', reason: words('no') }),
  () => ({ type: 'revoke', reason: words('no') }),
];

const issue = (): Command => ({ type: 'issue', purpose: 'credentials', sessionNameHash: 'h' });
const ofTheirOwn: readonly (() => Command)[] = [
  issue,
  issue,
  issue,
  () => ({ type: 'cancel' }),
  () => ({ type: 'end' }),
];

const mostly = <T>(good: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const asks: fc.Arbitrary<(now: string) => Submit> = fc
  .record(
    {
      entitlementId: fc.constantFrom(...entitlementIds, ...entitlementIds, 'none'),
      durationSeconds: mostly(3600, 60, 1800, 3601, 7200),
      text: mostly('restore the payments queue', ' too short '),
      ticket: mostly('OPS-1', 'ops 1', 'OPS-1\u0000'),
      startIn: mostly(0, -1, 60, 1800, 30 * 86_400 + 1),
    },
    { requiredKeys: ['entitlementId', 'durationSeconds'] },
  )
  .map(({ entitlementId, durationSeconds, text = 'restore the payments queue', ticket, startIn }) => (now: string) => ({
    requestId: 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA',
    entitlementId,
    durationSeconds,
    justification: { text, ref: words('why') },
    ...(ticket === undefined ? {} : { ticket }),
    ...(startIn === undefined ? {} : { startAt: secondsAfter(now, startIn) }),
  }));
