import assert from 'node:assert/strict';
import fc from 'fast-check';
import { fold, grantAt, statusAt } from '../../lib/domain/request.ts';
import { BEGINNINGS, people, principalAt, secondsAfter } from './cast.ts';
import { type Decider, type Oracle, bothAt, targetOf } from './decider/both.ts';
import { type Wanted, wantedSteps } from './decider/wanted.ts';
import { factsOf, statusOf } from './oracle/facts.ts';

type Step = fc.Command<Oracle, Decider>;

/** Every step of every run, so that a long run can say how far it is; `seen` counts what was said of them. */
export interface Steps {
  count: number;
  readonly seen: Map<string, number>;
}

export const noSteps = (): Steps => ({ count: 0, seen: new Map() });

/**
 * The decider against the oracle: any commands by anybody, in any order, at any time, under an access policy that changes, with holds,
 * links and delegations that come and go. Both must say the same of each, and what the state shows must follow from the events.
 */
export const deciderAgrees = (steps: Steps): fc.IProperty<[string, Iterable<Step>]> =>
  fc.property(
    fc.constantFrom(...BEGINNINGS),
    fc.commands(
      wantedSteps.map((wanted) => wanted.map((each) => asStep(steps, each))),
      { maxCommands: 60, size: 'max' },
    ),
    (now, commands) => {
      fc.modelRun(() => bothAt(now), commands);
    },
  );

const asStep = (
  steps: Steps,
  { who, seconds, policy, target, asRequester, needsRequest, run, text }: Wanted,
): Step => ({
  check: ({ lives }) => !needsRequest || lives.length > 0,
  run: (oracle, decider) => {
    steps.count += 1;
    oracle.policy = policy === 'active' ? oracle.active : policy;
    pass(oracle, seconds);
    const requester = asRequester ? requesterOf(oracle, target) : undefined;
    const said = run(oracle, decider, principalAt({ ...who, ...requester }, oracle.now), target);
    steps.seen.set(said, (steps.seen.get(said) ?? 0) + 1);
    assertShown(oracle, decider, target);
  },
  toString: () => `${text} ${JSON.stringify({ who, seconds, target, asRequester })}`,
});

const requesterOf = ({ lives }: Oracle, target: number): { name: string } | undefined => {
  const handle = lives[targetOf(lives, target)]?.[0]?.actor.handle;
  const found = people.find((each) => each.handle === handle);
  return found && { name: found.subject };
};

/** As the broker has it: whatever the machine's clock says, never before the last event. */
const pass = (oracle: Oracle, seconds: number): void => {
  const next = secondsAfter(oracle.now, seconds);
  oracle.now = Date.parse(next) < Date.parse(oracle.lastAt) ? oracle.lastAt : next;
};

/** Status, grant and who said yes follow from the bare events, and the fold of them is the state. */
const assertShown = ({ lives, now }: Oracle, { requests }: Decider, target: number): void => {
  const at = targetOf(lives, target);
  const [state, events] = [requests[at], lives[at]];
  if (!state || !events) return;
  const facts = factsOf(events);
  assert.equal(statusAt(state, now), statusOf(facts, Date.parse(now)));
  const grant = grantAt(state, now);
  assert.equal(grant === undefined, facts.startMs === undefined);
  if (grant && facts.startMs !== undefined && facts.endMs !== undefined) {
    const cut = Math.min(facts.endMs, facts.closedMs ?? Infinity);
    assert.deepEqual([Date.parse(grant.startsAt), Date.parse(grant.endsAt)], [facts.startMs, cut]);
  }
  for (const { yeses } of [facts.request, ...(facts.extension ? [facts.extension] : [])]) {
    const approvers = yeses.flatMap(({ actor, data }) => [actor.handle, ...(data.onBehalfOf ? [data.onBehalfOf] : [])]);
    assert.ok(!approvers.includes(facts.asked.actor.handle), 'I3 the requester is an approver');
    assert.equal(new Set(approvers).size, approvers.length, 'I3 an approver counts twice');
  }
  assert.deepEqual(state, fold(events));
};
