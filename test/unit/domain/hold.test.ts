import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Command, Context, Decision } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { MAX_HOLDS, liftHold, placeHold } from '../../../lib/domain/decide-hold.ts';
import { submit } from '../../../lib/domain/decide-submit.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { type Hold, type HoldTarget, type NamedTarget, targetOf } from '../../../lib/domain/hold.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import {
  IN_FORCE,
  NOON,
  approver,
  ask,
  auditor,
  context,
  engineer,
  entitlement,
  granted,
  handleOf,
  noon,
  outsider,
  pending,
  principal,
  security,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome, refusalOf, told } from './outcome.ts';

const holdOn = (target: HoldTarget, id = 'h_1'): Hold => ({
  ...{ id, target, reason: words('why'), by: security.handle, at: NOON },
});

const all: HoldTarget = { on: 'all' };
const onEngineer: HoldTarget = { on: 'person', handle: engineer.handle };
const onApprover: HoldTarget = { on: 'person', handle: approver.handle };
const onEntitlement: HoldTarget = { on: 'entitlement', entitlementId: 'prod-admin' };
const onAccount: HoldTarget = { on: 'account', accountId: '111122223333' };

const elsewhere: readonly HoldTarget[] = [
  { on: 'person', handle: outsider.handle },
  { on: 'entitlement', entitlementId: 'prod-read' },
  { on: 'account', accountId: '444455556666' },
];

/** As somebody acts, a minute past noon, while these are held. */
const under = (actor: Principal, holds: readonly HoldTarget[], more: Partial<Context> = {}): Context => ({
  ...context(actor, noon(60)),
  control: { ...IN_FORCE, holds: holds.map((target, n) => holdOn(target, `h_${n}`)) },
  ...more,
});

const issue: Command = { type: 'issue', purpose: 'credentials', sessionNameHash: 'hash' };

/** What lets something grow, each as it is done by whoever may. */
const growing = {
  submit: (holds: readonly HoldTarget[], more?: Partial<Context>) => submit(ask(), under(engineer, holds, more)),
  approve: (holds: readonly HoldTarget[], more?: Partial<Context>) =>
    decide(pending(), { type: 'approve' }, under(approver, holds, more)),
  issue: (holds: readonly HoldTarget[], more?: Partial<Context>) =>
    decide(granted(), issue, under(engineer, holds, more)),
};
const acts = Object.keys(growing) as (keyof typeof growing)[];

describe.each(acts)('under a hold, %s', (act) => {
  test.each([onEngineer, onEntitlement, onAccount, all])('is refused while $on is held', (target) => {
    expect(outcome(growing[act]([...elsewhere, target]))).toBe('on_hold');
  });

  test('goes on while others are held', () => {
    expect(outcome(growing[act](elsewhere))).not.toBe('on_hold');
    expect(eventOf(growing[act](elsewhere))).toEqual(eventOf(growing[act]([])));
  });

  test('is refused when another identity of the person is held', () => {
    const other = handleOf('the.engineer.elsewhere');
    const asTheyAre = { ...NO_STANDING, sameAs: [other] };
    const known = act === 'approve' ? { requesterStanding: asTheyAre } : { standing: asTheyAre };
    expect(outcome(growing[act]([{ on: 'person', handle: other }], known))).toBe('on_hold');
  });

  test('is told for the operator which hold it is, never why it was placed', () => {
    expect(refusalOf(growing[act]([all])).reason).toBe('h_0 is in force on all');
  });
});

test('a yes of somebody who is held is refused, by whichever identity', () => {
  expect(outcome(growing.approve([onApprover]))).toBe('on_hold');
  const standing = { ...NO_STANDING, sameAs: [handleOf('the.approver.elsewhere')] };
  expect(outcome(growing.approve([{ on: 'person', handle: standing.sameAs[0]! }], { standing }))).toBe('on_hold');
});

test('denying, cancelling, ending and revoking stay possible while everything is held', () => {
  const reason = words('no');
  expect(outcome(decide(pending(), { type: 'deny', reason }, under(approver, [all])))).toBe('request.denied');
  expect(outcome(decide(pending(), { type: 'cancel' }, under(engineer, [all])))).toBe('request.cancelled');
  expect(outcome(decide(granted(), { type: 'end' }, under(engineer, [all])))).toBe('request.ended');
  expect(outcome(decide(granted(), { type: 'revoke', reason }, under(security, [all])))).toBe('request.revoked');
});

test('whoever is not eligible learns nothing of holds', () => {
  expect(outcome(submit(ask(), under(outsider, [all])))).toBe('not_eligible');
});

const target = fc.constantFrom(onEngineer, onApprover, onEntitlement, onAccount, all, ...elsewhere);

test('a hold more only ever takes away', () => {
  fc.assert(
    fc.property(fc.constantFrom(...acts), fc.array(target, { maxLength: 4 }), target, (act, holds, more) => {
      const before = growing[act](holds);
      const after = growing[act]([...holds, more]);
      if ('refusal' in before) expect('refusal' in after).toBe(true);
      else if (!('refusal' in after)) expect(after).toEqual(before);
    }),
  );
});

const place = (of: HoldTarget, where: Context = under(security, [])) =>
  placeHold({ holdId: 'h_new', target: of, reason: words('incident') }, where);

describe('placing a hold', () => {
  test.each([onEngineer, onEntitlement, onAccount, all])('on $on carries it behind those in force', (of) => {
    const where = under(security, elsewhere);
    const hold = { id: 'h_new', target: of, reason: words('incident'), by: security.handle, at: noon(60) };
    expect(eventOf(place(of, where))).toStrictEqual({
      type: 'hold.placed',
      data: { hold, carried: { ...IN_FORCE, holds: [...where.control.holds, hold] } },
    });
  });

  test.each([
    ['the requester', engineer],
    ['an approver', approver],
    ['an auditor', auditor],
    ['somebody without groups', outsider],
    ['a workload with the right group', principal('pipeline', ['security'], { kind: 'workload' })],
  ])('is nothing that %s may do, or may know of', (_who, actor) => {
    expect(outcome(place(all, under(actor, [])))).toBe('not_found');
    // Nor whether the same is in force.
    expect(outcome(place(all, under(actor, [all])))).toBe('not_found');
  });

  test('is for nobody where access.yml names no security team', () => {
    const { version, entitlements, accounts, auditors, limits } = context(security).policy;
    const policy = { version, entitlements, accounts, auditors, limits };
    expect(outcome(place(all, under(security, [], { policy })))).toBe('not_found');
  });

  test.each([onEngineer, onEntitlement, onAccount, all])('on $on again changes nothing', (of) => {
    expect(outcome(place(of, under(security, [...elsewhere, of])))).toBe('unchanged');
  });

  test.each([
    [{ on: 'entitlement', entitlementId: 'prod-admn' } as const, '/entitlementId'],
    [{ on: 'account', accountId: '111122223334' } as const, '/accountId'],
  ])('on a name with a slip in it is refused, since it would hold nothing: %j', (of, pointer) => {
    expect(refusalOf(place(of)).faults).toMatchObject([{ pointer, code: 'unknown' }]);
  });

  const people = (count: number): readonly HoldTarget[] =>
    Array.from({ length: count }, (_, n) => ({ on: 'person', handle: handleOf(String(n)) }));

  test(`is limited to ${MAX_HOLDS} in force, and everything can be held all the same`, () => {
    expect(outcome(place(onEngineer, under(security, people(MAX_HOLDS - 1))))).toBe('hold.placed');
    expect(outcome(place(onEngineer, under(security, people(MAX_HOLDS))))).toBe('limit_reached');
    expect(outcome(place(all, under(security, people(MAX_HOLDS))))).toBe('hold.placed');
  });

  test('does not wait for a newer sign-in', () => {
    expect(outcome(place(all, { ...under(security, []), now: noon(30 * 86_400) }))).toBe('hold.placed');
  });
});

test('a hold may be on any of several entitlements and accounts', () => {
  const account = { ...entitlement().account, id: '444455556666' };
  const several = context(security, noon(60), [entitlement(), entitlement({ id: 'prod-read', account })]);
  for (const target of [onEntitlement, onAccount, ...elsewhere])
    expect(outcome(place(target, several))).toBe('hold.placed');
});

test('a refusal says which rules were looked at: to whom there are no holds, nothing else is told', () => {
  const rulesOf = (decision: Decision) => ('rules' in decision ? told(decision.rules) : []);
  expect(rulesOf(place(all, under(engineer, [])))).toEqual([
    ...['security: notSatisfied', 'target: notEvaluated', 'room: notEvaluated'],
  ]);
  const behind = ['policyActive', 'notHeld', 'groupsFresh'].map((rule) => `${rule}: notEvaluated`);
  expect(rulesOf(liftHold({ holdId: 'h_0' }, under(engineer, [all])))).toEqual([
    ...['security: notSatisfied', 'inForce: notEvaluated', ...behind],
  ]);
  expect(rulesOf(liftHold({ holdId: 'h_7' }, under(security, [all])))).toEqual([
    ...['security: satisfied', 'inForce: notSatisfied', ...behind],
  ]);
});

const lift = (where: Context, holdId = 'h_0') => liftHold({ holdId }, where);

describe('lifting a hold', () => {
  test('carries the others', () => {
    const where = under(security, [all, onEngineer]);
    expect(eventOf(lift(where))).toStrictEqual({
      type: 'hold.lifted',
      data: { holdId: 'h_0', carried: { ...IN_FORCE, holds: where.control.holds.slice(1) } },
    });
  });

  test('may be given a reason', () => {
    const event = eventOf(liftHold({ holdId: 'h_0', reason: words('over') }, under(security, [all])));
    expect(event.data).toMatchObject({ reason: words('over') });
  });

  test.each([engineer, approver, auditor, outsider])('is not for $displayName, who learns of none', (actor) => {
    expect(outcome(lift(under(actor, [all])))).toBe('not_found');
  });

  test('that is not in force finds nothing', () => {
    expect(outcome(lift(under(security, [all]), 'h_7'))).toBe('not_found');
  });

  test('is not for whoever is held themselves, by whichever identity', () => {
    const onSecurity: HoldTarget = { on: 'person', handle: security.handle };
    expect(outcome(lift(under(security, [all, onSecurity])))).toBe('on_hold');
    expect(outcome(lift(under(security, [onSecurity])))).toBe('on_hold');
    const standing = { ...NO_STANDING, sameAs: [handleOf('security.elsewhere')] };
    const onOther: HoldTarget = { on: 'person', handle: standing.sameAs[0]! };
    expect(outcome(lift(under(security, [onOther], { standing })))).toBe('on_hold');
  });

  test('asks for groups that were fetched within four hours, to the second', () => {
    const at = (seconds: number) => lift({ ...under(security, [all]), now: noon(seconds) });
    expect(outcome(at(4 * 3600))).toBe('hold.lifted');
    expect(refusalOf(at(4 * 3600 + 1))).toMatchObject({ code: 'step_up_required', stepUp: 'fresh' });
  });
});

describe('what a hold is on', () => {
  const named = { handle: engineer.handle, entitlementId: 'prod-admin', accountId: '111122223333' } as const;
  const codeOf = (of: NamedTarget): unknown => {
    try {
      return targetOf(of);
    } catch (error) {
      return error instanceof HatcheckError && error.refusal.faults;
    }
  };

  test.each([
    [{ on: 'person', handle: named.handle }, onEngineer],
    [{ on: 'entitlement', entitlementId: named.entitlementId }, onEntitlement],
    [{ on: 'account', accountId: named.accountId }, onAccount],
    [{ on: 'all' }, all],
  ] as const)('is named by %j', (of, expected) => {
    expect(targetOf(of)).toEqual(expected);
  });

  test.each([
    ['person', '/handle'],
    ['entitlement', '/entitlementId'],
    ['account', '/accountId'],
  ] as const)('must be named: %s', (on, pointer) => {
    expect(codeOf({ on })).toMatchObject([{ pointer, code: 'required' }]);
  });

  test.each([
    ['person', { handle: named.handle, entitlementId: 'prod-admin' }, '/entitlementId'],
    ['entitlement', { entitlementId: 'prod-admin', accountId: named.accountId }, '/accountId'],
    ['account', { accountId: named.accountId, handle: named.handle }, '/handle'],
    ['all', { handle: named.handle }, '/handle'],
  ] as const)('is one thing, lest somebody means less or more than they hold: %s', (on, members, pointer) => {
    expect(codeOf({ on, ...members })).toMatchObject([{ pointer, code: 'unexpected' }]);
  });
});
