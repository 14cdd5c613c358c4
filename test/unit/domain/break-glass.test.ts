import { describe, expect, test } from '@jest/globals';
import { deciderKeys, isReader, isRevoker } from '../../../lib/domain/access.ts';
import type { Command } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { submit } from '../../../lib/domain/decide-submit.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { eligibleFor, entitlementsOf } from '../../../lib/domain/policy.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { type RequestState, evolve, grantAt } from '../../../lib/domain/request.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import {
  approver,
  ask,
  auditor,
  context,
  engineer,
  entitlement,
  granted,
  noon,
  outsider,
  policy,
  principal,
  recorded,
  security,
  stage,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome, refusalOf, told } from './outcome.ts';

const onCall = principal('on.call', ['sre-oncall']);
const reviewer = principal('reviewer', ['security']);

const glass: Entitlement = entitlement({
  breakGlass: {
    requesters: { groups: ['okta:sre-oncall'] },
    maxDurationSeconds: 1800,
    issuesPerHour: 2,
    reviewWithinSeconds: 86_400,
    reviewers: { groups: ['okta:security'] },
    notify: ['slack:#security'],
  },
  // Never open while these tests run: noon is a Monday's.
  hours: { timezone: 'UTC', days: ['sun'], from: '08:00', to: '09:00' },
  ticket: { pattern: '^OPS-[0-9]+$', required: true },
});

const broken = (overrides: Parameters<typeof ask>[0] = {}, by: Principal = onCall, of: Entitlement = glass) =>
  submit(ask({ breakGlass: true, durationSeconds: 1800, ...overrides }), context(by, noon(0), [of]));

const live = (): RequestState => {
  const { type, data } = eventOf(broken());
  return evolve(undefined, recorded(type, data, { by: onCall, at: noon(0) }));
};

const issue: Command = { type: 'issue', purpose: 'credentials', sessionNameHash: '' };
const justified: Command = { type: 'review', verdict: 'justified', comment: words('seen') };
const after = (state: RequestState, command: Command, by: Principal, seconds: number): RequestState => {
  const { type, data } = eventOf(decide(state, command, context(by, noon(seconds), [glass])));
  return evolve(state, recorded(type, data, { by, at: noon(seconds) }));
};

describe('break-glass', () => {
  test('is at once, without approval, hours or ticket, with who reviews it and by when', () => {
    expect(eventOf(broken()).data).toMatchObject({
      autoApproved: true,
      stages: [],
      breakGlass: { reviewBy: noon(1800 + 86_400), reviewers: { groups: ['okta:security'] } },
    });
    expect(eventOf(broken()).data).not.toHaveProperty('pendingUntil');
    expect(grantAt(live(), noon(1))).toMatchObject({ state: 'active', endsAt: noon(1800) });
  });

  test('a ticket that is named has the right form all the same', () => {
    expect(outcome(broken({ ticket: 'OPS-1' }))).toBe('request.submitted');
    expect(outcome(broken({ ticket: 'none' }))).toBe('invalid_input');
  });

  test('a ticket is not looked for where none was ever asked for', () => {
    const { breakGlass, hours } = glass;
    expect(outcome(broken({}, onCall, entitlement({ breakGlass: breakGlass!, hours: hours! })))).toBe(
      'request.submitted',
    );
  });

  test.each([
    ['no longer than it may be', { durationSeconds: 1801 }, '/durationSeconds', 'too_long'],
    ['not later', { startAt: noon(60) }, '/startAt', 'not_allowed'],
    ['not without a reason', { justification: { text: 'fire', ref: words('why') } }, '/justification', 'too_short'],
  ])('%s', (_what, overrides, pointer, code) => {
    expect(refusalOf(broken(overrides)).faults?.[0]).toMatchObject({ pointer, code });
  });

  test.each<[string, Principal, Entitlement, string]>([
    ['people whom it names', onCall, glass, 'request.submitted'],
    ['attack: somebody who may only ask', engineer, glass, 'not_eligible'],
    ['attack: a workload of its group', principal('job', ['sre-oncall'], { kind: 'workload' }), glass, 'not_eligible'],
    ['attack: an entitlement that has none', onCall, entitlement(), 'not_eligible'],
    ['attack: an entitlement that is not there', onCall, entitlement({ id: 'other' }), 'not_eligible'],
  ])('is for %s', (_who, by, of, came) => {
    expect(outcome(broken({}, by, of))).toBe(came);
  });

  test('gives nobody the ordinary way', () => {
    expect(outcome(submit(ask({ ticket: 'OPS-1' }), context(onCall, noon(0), [glass])))).toBe('not_eligible');
    expect(eligibleFor(policy([glass]), onCall, { entitlementId: glass.id })).toBeUndefined();
  });

  test('is listed to whoever may only break it', () => {
    expect(entitlementsOf(policy([glass]), onCall).map(({ id }) => id)).toEqual([glass.id]);
    expect(entitlementsOf(policy([entitlement()]), onCall)).toStrictEqual([]);
  });

  test('one at a time, and none while a review is overdue', () => {
    const reservation = { requestId: 'r_1', breakGlass: true, at: noon(-60), until: noon(600) };
    const where = (more: object) => ({
      ...context(onCall, noon(0), [glass]),
      standing: { ...NO_STANDING, reservations: [{ ...reservation, ...more }] },
    });
    const command = ask({ breakGlass: true, durationSeconds: 1800 });
    expect(outcome(submit(command, where({})))).toBe('limit_reached');
    expect(outcome(submit(command, where({ until: noon(-1), reviewBy: noon(0) })))).toBe('review_overdue');
    expect(outcome(submit(command, where({ until: noon(-1), reviewBy: noon(1) })))).toBe('request.submitted');
  });
});

describe('its credentials', () => {
  const issued = (state: RequestState, by: Principal, seconds: number, of: readonly Entitlement[] = [glass]): string =>
    outcome(decide(state, issue, context(by, noon(seconds), of)));

  test('are issued outside the hours, as often as it may', () => {
    expect(issued(live(), onCall, 1)).toBe('credentials.intended');
    const twice = after(after(live(), issue, onCall, 1), issue, onCall, 2);
    expect(issued(twice, onCall, 3)).toBe('limit_reached');
  });

  test('end with it', () => {
    expect(issued(live(), onCall, 1799.999)).toBe('credentials.intended');
    expect(issued(live(), onCall, 1800)).toBe('grant_over');
  });

  test('are refused once access.yml has no break-glass for it, or not for them', () => {
    expect(issued(live(), onCall, 1, [entitlement()])).toBe('not_eligible');
    expect(issued(live(), { ...onCall, groups: ['okta:sre'] }, 1)).toBe('not_eligible');
  });

  test('are no more than break-glass gives, extensions included', () => {
    const short = { ...glass, breakGlass: { ...glass.breakGlass!, maxDurationSeconds: 1799 } };
    expect(issued(live(), onCall, 1, [short])).toBe('policy_changed');
    const more: Command = { type: 'extend', durationSeconds: 60, justification: ask().justification };
    expect(outcome(decide(live(), more, context(onCall, noon(1), [glass])))).toBe('invalid_input');
    const longer = { ...glass, breakGlass: { ...glass.breakGlass!, maxDurationSeconds: 3600 } };
    expect(outcome(decide(live(), more, context(onCall, noon(1), [longer])))).toBe('request.extension_requested');
  });
});

describe('its review', () => {
  const reviewed = (state: RequestState, by: Principal, seconds = 60): string =>
    outcome(decide(state, justified, context(by, noon(seconds), [glass])));

  test('is by somebody else, during it, afterwards, and when it is overdue', () => {
    expect([60, 7200, 1_000_000].map((seconds) => reviewed(live(), reviewer, seconds))).toEqual(
      Array(3).fill('request.reviewed'),
    );
    const ended = after(live(), { type: 'end' }, onCall, 30);
    expect(after(ended, justified, reviewer, 60)).toMatchObject({
      closed: { kind: 'ended' },
      review: { by: reviewer.handle, at: noon(60), verdict: 'justified', comment: words('seen') },
    });
  });

  test.each<[string, Principal, string]>([
    ['attack: whoever broke it', principal('on.call', ['sre-oncall', 'security']), 'self_approval'],
    ['an auditor', auditor, 'not_an_approver'],
    ['somebody who would have approved', approver, 'not_an_approver'],
    ['attack: a workload', principal('job', ['security'], { kind: 'workload' }), 'not_an_approver'],
  ])('is not by %s', (_who, by, code) => {
    expect(reviewed(live(), by)).toBe(code);
  });

  test('is once: the same person again changes nothing, another comes too late', () => {
    const once = after(live(), justified, reviewer, 60);
    expect(reviewed(once, reviewer, 61)).toBe('unchanged');
    expect(reviewed(once, security, 61)).toBe('already_decided');
    expect(reviewed(once, onCall, 61)).toBe('self_approval');
  });

  test('attack: whoever is no reviewer any more is told so, though a review of theirs is there', () => {
    const once = after(live(), justified, reviewer, 60);
    expect(reviewed(once, { ...reviewer, groups: [] }, 61)).toBe('not_an_approver');
  });

  test('a refusal says which rules were looked at, and no more than the caller may know', () => {
    const rulesOf = (state: RequestState, by: Principal) => {
      const decision = decide(state, justified, context(by, noon(61), [glass]));
      return 'rules' in decision ? told(decision.rules) : [];
    };
    const names = ['breakGlass', 'notSelf', 'reviewer', 'unreviewed'];
    const upTo = (against: string) =>
      names.map((rule, at) => {
        const before = at - names.indexOf(against);
        return `${rule}: ${before < 0 ? 'satisfied' : before === 0 ? 'notSatisfied' : 'notEvaluated'}`;
      });
    const once = after(live(), justified, reviewer, 60);
    expect(rulesOf(granted(), security)).toEqual(upTo('breakGlass'));
    expect(rulesOf(once, onCall)).toEqual(upTo('notSelf'));
    expect(rulesOf(once, auditor)).toEqual(upTo('reviewer'));
    expect(rulesOf(once, security)).toEqual(upTo('unreviewed'));
  });

  test('is of break-glass only', () => {
    expect(reviewed(granted(), security)).toBe('wrong_status');
  });

  test('its reviewers read it, and may end it', () => {
    const where = (by: Principal) => ({
      ...context(by, noon(60)),
      policy: { ...policy([{ ...glass, revokers: { groups: [] } }]), revokers: { groups: [] } },
    });
    expect([isReader(live(), where(reviewer)), isRevoker(live(), where(reviewer))]).toEqual([true, true]);
    expect([isReader(live(), where(outsider)), isReader(granted(), where(reviewer))]).toEqual([false, false]);
  });
});

test('whoever has something to decide finds it under a key of theirs: approvers, those of an extension, reviewers', () => {
  const of = {
    ...glass,
    extension: { maxTotalSeconds: 7200, approval: { stages: [stage('managers')], withinSeconds: 600 } },
  };
  const more: Command = { type: 'extend', durationSeconds: 60, justification: ask().justification };
  const { type, data } = eventOf(decide(granted(), more, context(engineer, noon(1), [of])));
  const extended = evolve(granted(), recorded(type, data, { by: engineer, at: noon(1) }));
  expect(deciderKeys(live())).toEqual(['okta:security']);
  expect(deciderKeys(granted())).toEqual(['okta:sre-leads']);
  expect(deciderKeys(extended)).toEqual(['okta:sre-leads', 'okta:managers']);
});
