import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { activate } from '../../../lib/domain/activate-policy.ts';
import type { Context, Decision } from '../../../lib/domain/command.ts';
import { type Control, NOTHING_SAID } from '../../../lib/domain/control.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { liftHold, placeHold } from '../../../lib/domain/decide-hold.ts';
import { submit } from '../../../lib/domain/decide-submit.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import {
  approver,
  ask,
  context,
  engineer,
  entitlement,
  granted,
  noon,
  pending,
  policy,
  security,
  words,
} from '../../support/builders.ts';
import { outcome, refusalOf } from './outcome.ts';

/** Somebody at a bundle of this version, so many seconds after noon. */
interface At {
  readonly control: Control;
  readonly version?: string;
  readonly seconds?: number;
}

const extendable = entitlement({ extension: { maxTotalSeconds: 7200, approval: 'auto' } });

const at = (actor: Principal, { control, version = 'new', seconds = 0 }: At): Context => ({
  ...context(actor, noon(seconds)),
  policy: { ...policy([extendable]), version },
  control,
});

const growing: Readonly<Record<string, (where: At) => Decision>> = {
  submit: (where) => submit(ask(), at(engineer, where)),
  approve: (where) => decide(pending(), { type: 'approve' }, at(approver, where)),
  issue: (where) =>
    decide(granted(), { type: 'issue', purpose: 'credentials', sessionNameHash: '' }, at(engineer, where)),
  extend: (where) =>
    decide(
      granted(),
      { type: 'extend', durationSeconds: 60, justification: { text: 'the queue is long', ref: words('why') } },
      at(engineer, where),
    ),
};

const deployed = (...deployments: readonly (readonly [version: string, seconds: number])[]): Control =>
  deployments.reduce<Control>((control, [version, seconds]) => {
    const decided = activate(version, { control, now: noon(seconds) });
    return 'event' in decided && decided.event?.type === 'policy.activated' ? decided.event.data.carried : control;
  }, NOTHING_SAID);

describe.each(Object.keys(growing))('%s', (act) => {
  const said = (where: At): string => outcome(growing[act]!(where));

  test('goes by the access policy that is active', () => {
    expect(said({ control: deployed(['new', 0]) })).toMatch(/^(request|credentials)\./);
  });

  test('is refused when nothing was ever activated', () => {
    expect(said({ control: NOTHING_SAID })).toBe('policy_changed');
  });

  test('is refused by a bundle that was not deployed yet, with a time to try again', () => {
    expect(refusalOf(growing[act]!({ control: deployed(['old', 0]) }))).toMatchObject({
      code: 'policy_changed',
      retryAfterSeconds: 30,
    });
  });

  test.each([
    [0, 'goes on'],
    [1, 'goes on'],
    [599, 'goes on'],
    [599.999, 'goes on'],
    [600, 'policy_changed'],
    [601, 'policy_changed'],
  ])('%d seconds after a deployment, by the access policy before: %s', (seconds, expected) => {
    const control = deployed(['old', -7200], ['new', 0]);
    const before = said({ control, version: 'old', seconds });
    expect(before === 'policy_changed' ? before : 'goes on').toBe(expected);
    expect(said({ control, version: 'new', seconds })).not.toBe('policy_changed');
  });

  test('goes on by a bundle whose clock is behind that of the deployment', () => {
    const control = deployed(['old', -7200], ['new', 30]);
    expect(said({ control, version: 'new' })).not.toBe('policy_changed');
    expect(said({ control, version: 'old' })).not.toBe('policy_changed');
  });

  test('after two deployments within ten minutes goes no more by the first', () => {
    const control = deployed(['first', -7200], ['second', -60], ['third', 0]);
    expect(said({ control, version: 'first' })).toBe('policy_changed');
    expect(said({ control, version: 'second' })).not.toBe('policy_changed');
    expect(said({ control, version: 'third' })).not.toBe('policy_changed');
  });

  test('after a roll-back goes by the older one, and for ten minutes by what was rolled back', () => {
    const control = deployed(['older', -7200], ['newer', -60], ['older', 0]);
    expect(said({ control, version: 'older', seconds: 900 })).not.toBe('policy_changed');
    expect(said({ control, version: 'newer', seconds: 599 })).not.toBe('policy_changed');
    expect(said({ control, version: 'newer', seconds: 600 })).toBe('policy_changed');
  });
});

test('what takes away asks for no access policy that is active', () => {
  const reason = words('no');
  const where = { control: NOTHING_SAID };
  expect(outcome(decide(pending(), { type: 'deny', reason }, at(approver, where)))).toBe('request.denied');
  expect(outcome(decide(pending(), { type: 'cancel' }, at(engineer, where)))).toBe('request.cancelled');
  expect(outcome(decide(granted(), { type: 'end' }, at(engineer, where)))).toBe('request.ended');
  expect(outcome(decide(granted(), { type: 'revoke', reason }, at(security, where)))).toBe('request.revoked');
  const place = { holdId: 'h_1', target: { on: 'all' }, reason } as const;
  expect(outcome(placeHold(place, at(security, where)))).toBe('hold.placed');
});

test('a hold is not lifted by an access policy that may no longer say who may', () => {
  const hold = { id: 'h_1', target: { on: 'all' }, reason: words('why'), by: security.handle, at: noon(0) } as const;
  const control = { ...deployed(['old', -7200], ['new', 0]), holds: [hold] };
  const lifted = (version: string) =>
    outcome(liftHold({ holdId: 'h_1' }, at(security, { control, version, seconds: 600 })));
  expect(lifted('old')).toBe('policy_changed');
  expect(lifted('new')).toBe('hold.lifted');
});

test('however it was deployed, nothing but the last access policy and the one before it is gone by', () => {
  const versions = fc.constantFrom('a', 'b', 'c', 'd');
  const deployments = fc.array(fc.tuple(versions, fc.nat(400)), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(deployments, fc.nat(1200), versions, (gaps, later, version) => {
      let passed = 0;
      const timed = gaps.map(([each, gap]) => [each, (passed += gap)] as const);
      const different = timed.filter(([each], index) => each !== timed[index - 1]?.[0]);
      const [last, before] = [different.at(-1), different.at(-2)];
      const seconds = passed + later;
      const isIn = version === last?.[0] || (version === before?.[0] && seconds < (last?.[1] ?? 0) + 600);
      const said = outcome(growing['issue']!({ control: deployed(...timed), version, seconds }));
      expect(said !== 'policy_changed').toBe(isIn);
    }),
  );
});
