import { describe, expect, test } from '@jest/globals';
import type { Context } from '../../../lib/domain/command.ts';
import {
  type Delegation,
  type DelegationWish,
  MAX_GIVEN,
  MAX_RECEIVED,
  delegate,
  endDelegation,
  receive,
  standingInFor,
} from '../../../lib/domain/delegation.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import { NO_STANDING, type Standing } from '../../../lib/domain/standing.ts';
import {
  NOON,
  approver,
  context,
  engineer,
  entitlement,
  handleOf,
  noon,
  outsider,
  policy,
  principal,
  secondApprover,
  security,
  stage,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome, refusalOf } from './outcome.ts';

const DAY = 86_400;
const delegating: AccessPolicy = { ...policy(), delegation: { maxSeconds: 14 * DAY } };
const wish = (parts: Partial<DelegationWish> = {}): DelegationWish => ({
  ...{ id: 'd_1', to: secondApprover.handle, startsAt: NOON, endsAt: noon(DAY) },
  ...parts,
});
const by = (person = approver, parts: Partial<Context> = {}): Context => ({
  ...context(person),
  policy: delegating,
  ...parts,
});
const standing = (parts: Partial<Standing>): Standing => ({ ...NO_STANDING, ...parts });
const lent = (parts: Partial<Delegation> = {}): Delegation => ({
  ...{ id: 'd_1', by: approver.handle, sameAs: [], to: secondApprover.handle, groups: ['okta:sre-leads'] },
  ...{ madeAt: NOON, startsAt: NOON, endsAt: noon(DAY) },
  ...parts,
});

describe('delegating', () => {
  test('lends the groups that approve, and no other', () => {
    const lead = principal('lead', ['sre', 'sre-leads', 'engineering']);
    const event = eventOf(delegate(wish({ reason: words('holidays') }), by(lead)));
    const delegation = lent({ by: lead.handle, reason: words('holidays') });
    expect(event).toEqual({
      type: 'delegation.made',
      data: { delegation, carried: standing({ delegations: [delegation] }) },
    });
  });

  test('lends the groups that are asked only after an escalation too', () => {
    const escalating = entitlement({
      approval: {
        stages: [stage('sre-leads')],
        withinSeconds: 1800,
        escalation: { afterSeconds: 60, to: { groups: ['okta:security'] } },
      },
    });
    const where = by(security, { policy: { ...policy([escalating]), delegation: { maxSeconds: DAY } } });
    expect(eventOf(delegate(wish(), where))).toMatchObject({ data: { delegation: { groups: ['okta:security'] } } });
  });

  test('does not lend being on call', () => {
    const onCall = entitlement({
      approval: { stages: [{ from: { groups: ['oncall:primary', 'okta:sre-leads'] }, count: 1 }], withinSeconds: 1800 },
    });
    const where = { policy: { ...policy([onCall]), delegation: { maxSeconds: DAY } } };
    const groups = ['oncall:primary', 'okta:sre-leads'];
    expect(eventOf(delegate(wish(), by({ ...approver, groups }, where)))).toMatchObject({
      data: { delegation: { groups: ['okta:sre-leads'] } },
    });
    expect(outcome(delegate(wish(), by({ ...approver, groups: ['oncall:primary'] }, where)))).toBe('not_eligible');
  });

  test('names the other identities of the one who is away, and what begins in the past begins now', () => {
    const where = by(approver, { standing: standing({ sameAs: [outsider.handle] }), now: noon(60) });
    expect(eventOf(delegate(wish(), where))).toMatchObject({
      data: { delegation: { sameAs: [outsider.handle], madeAt: noon(60), startsAt: noon(60) } },
    });
  });

  test('the same again writes nothing', () => {
    expect(outcome(delegate(wish(), by(approver, { standing: standing({ delegations: [lent()] }) })))).toBe(
      'unchanged',
    );
  });

  test.each<[string, Context, Partial<DelegationWish>, string]>([
    ['where access.yml does not allow it', by(approver, { policy: policy() }), {}, 'not_eligible'],
    [
      'to whoever is outside the groups that may',
      by(approver, { policy: { ...policy(), delegation: { maxSeconds: DAY, groups: ['okta:security'] } } }),
      {},
      'not_eligible',
    ],
    ['for whoever approves nothing', by(engineer), {}, 'not_eligible'],
    ['for a workload, whatever its groups', by({ ...approver, kind: 'workload' }), {}, 'not_eligible'],
    ['to oneself', by(), { to: approver.handle }, 'invalid_input'],
    [
      'to another identity of one’s own',
      by(approver, { standing: standing({ sameAs: [secondApprover.handle] }) }),
      {},
      'invalid_input',
    ],
    ['until before it begins', by(), { startsAt: noon(DAY), endsAt: noon(DAY) }, 'invalid_input'],
    ['until now', by(), { endsAt: NOON }, 'invalid_input'],
    ['one second too long', by(), { startsAt: noon(13 * DAY), endsAt: noon(14 * DAY + 1) }, 'invalid_input'],
    ['with groups that are too old', by({ ...approver, groupsAt: noon(-4 * 3600 - 1) }), {}, 'step_up_required'],
  ])('is refused %s', (_what, where, parts, code) => {
    expect(outcome(delegate(wish(parts), where))).toBe(code);
  });

  test('for as long as is allowed, to the second', () => {
    expect(outcome(delegate(wish({ endsAt: noon(14 * DAY) }), by()))).toBe('delegation.made');
  });

  test('the youngest groups that one of the entitlements wants are asked for', () => {
    const strict = entitlement({ id: 'strict', groupsMaxAgeSeconds: 300 });
    const auto = entitlement({ id: 'auto', approval: 'auto', groupsMaxAgeSeconds: 1 });
    const where = by(
      { ...approver, groupsAt: noon(-301) },
      { policy: { ...policy([auto, entitlement(), strict]), delegation: { maxSeconds: DAY } } },
    );
    expect(refusalOf(delegate(wish(), where))).toMatchObject({ code: 'step_up_required', stepUp: 'fresh' });
  });

  test(`at most ${MAX_GIVEN} are given at a time, those received and those over not counted`, () => {
    const given = Array.from({ length: MAX_GIVEN }, (_, i) => lent({ id: `d_${i + 10}` }));
    const received = lent({ id: 'd_2', by: security.handle, to: approver.handle });
    const over = lent({ id: 'd_3', endsAt: NOON });
    const having = (...delegations: readonly Delegation[]) => by(approver, { standing: standing({ delegations }) });
    expect(outcome(delegate(wish(), having(received, over, ...given.slice(1))))).toBe('delegation.made');
    expect(outcome(delegate(wish(), having(...given)))).toBe('limit_reached');
  });
});

describe('receiving', () => {
  test('puts the delegation beside what is there', () => {
    const there = lent({ id: 'd_0', by: security.handle });
    expect(eventOf(receive(standing({ delegations: [there] }), lent(), NOON))).toMatchObject({
      data: { carried: { delegations: [there, lent()] } },
    });
  });

  test('the same again writes nothing', () => {
    expect(outcome(receive(standing({ delegations: [lent()] }), lent(), NOON))).toBe('unchanged');
  });

  test('attack: a delegation to oneself by an identity that only the delegate’s stream knows', () => {
    expect(outcome(receive(standing({ sameAs: [approver.handle] }), lent(), NOON))).toBe('invalid_input');
    expect(outcome(receive(standing({ sameAs: [outsider.handle] }), lent({ sameAs: [outsider.handle] }), NOON))).toBe(
      'invalid_input',
    );
  });

  test(`attack: nobody’s list grows beyond ${MAX_RECEIVED}, whoever delegates to them`, () => {
    const full = Array.from({ length: MAX_RECEIVED }, (_, i) => lent({ id: `d_${i + 10}`, by: handleOf(String(i)) }));
    expect(outcome(receive(standing({ delegations: full }), lent(), NOON))).toBe('limit_reached');
    expect(outcome(receive(standing({ delegations: full.slice(1) }), lent(), NOON))).toBe('delegation.made');
  });
});

describe('ending one', () => {
  test('leaves the others, without those that are over', () => {
    const [other, over] = [lent({ id: 'd_2' }), lent({ id: 'd_3', endsAt: NOON })];
    expect(eventOf(endDelegation(standing({ delegations: [lent(), other, over] }), 'd_1', NOON))).toEqual({
      type: 'delegation.removed',
      data: { delegationId: 'd_1', carried: standing({ delegations: [other] }) },
    });
  });

  test('that is not there writes nothing', () => {
    expect(outcome(endDelegation(NO_STANDING, 'd_1', NOON))).toBe('unchanged');
  });
});

describe('standing in for somebody', () => {
  const now = (seconds: number, parts: Partial<Context> = {}, delegation = lent()) =>
    standingInFor(
      by(secondApprover, { now: noon(seconds), standing: standing({ delegations: [delegation] }), ...parts }),
    ).length;

  test('from its first second to the one before its end', () => {
    const delegation = lent({ startsAt: noon(100), endsAt: noon(200) });
    expect([99, 100, 199, 200].map((second) => now(second, {}, delegation))).toEqual([0, 1, 1, 0]);
  });

  test('is over when access.yml is stricter now than when it was made', () => {
    const shorter = { policy: { ...policy(), delegation: { maxSeconds: 3600 } } };
    expect([now(3600, shorter), now(3601, shorter)]).toEqual([1, 0]);
    expect(now(0, { policy: policy() })).toBe(0);
  });

  test('is for whoever is in the groups that may, today', () => {
    const only = (...groups: readonly string[]) => ({
      policy: { ...policy(), delegation: { maxSeconds: DAY, groups } },
    });
    expect([now(0, only('okta:sre-leads')), now(0, only('okta:security'))]).toEqual([1, 0]);
  });

  test('is not for the one who gave it, and not for a workload', () => {
    expect(now(0, {}, lent({ by: secondApprover.handle, to: approver.handle }))).toBe(0);
    expect(now(0, { principal: { ...secondApprover, kind: 'workload' } })).toBe(0);
  });

  test('attack: a hold on a person is not got around by a delegate, through whichever identity it was placed', () => {
    const holdOn = (handle: string) => ({
      control: {
        ...context(approver).control,
        holds: [
          { id: 'h', target: { on: 'person' as const, handle }, reason: words('why'), by: security.handle, at: NOON },
        ],
      },
    });
    expect(now(0, holdOn(approver.handle))).toBe(0);
    expect(now(0, holdOn(outsider.handle), lent({ sameAs: [outsider.handle] }))).toBe(0);
    expect(now(0, holdOn(engineer.handle))).toBe(1);
  });

  test('goes on when the hold is on something else than a person', () => {
    const hold = {
      id: 'h',
      target: { on: 'entitlement' as const, entitlementId: 'other' },
      reason: words('why'),
      by: security.handle,
      at: NOON,
    };
    expect(now(0, { control: { ...context(approver).control, holds: [hold] } })).toBe(1);
  });
});
