import { describe, expect, test } from '@jest/globals';
import type { Command, Context } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { issueRules } from '../../../lib/domain/decide-issue.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import type { RecordedEvent } from '../../../lib/domain/event.ts';
import type { RequestState } from '../../../lib/domain/request.ts';
import {
  approved,
  approver,
  auditor,
  context,
  engineer,
  entitlement,
  granted,
  intended,
  noon,
  pending,
  recorded,
  request,
  security,
  submitted,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome, refusalOf, told } from './outcome.ts';

const issue: Command = { type: 'issue', purpose: 'credentials', sessionNameHash: 'hash' };
const at = (seconds: number, today: Partial<Entitlement> = {}): Context =>
  context(engineer, noon(seconds), [entitlement(today)]);
const issued = (state: RequestState, where: Context): string => outcome(decide(state, issue, where));
const closing = (type: 'request.revoked' | 'request.ended' | 'request.denied' | 'request.cancelled'): RecordedEvent =>
  recorded(type, { reason: words('no') }, { by: security, at: noon(60) });

describe('issuing', () => {
  test('writes down what STS will be asked for', () => {
    expect(eventOf(decide(granted(), issue, at(60)))).toEqual({
      type: 'credentials.intended',
      data: {
        purpose: 'credentials',
        roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
        sessionNameHash: 'hash',
        durationSeconds: 3540,
        endsAt: noon(3600),
        tags: { 'hatcheck-request': granted().id, 'hatcheck-entitlement': 'prod-admin' },
      },
    });
  });

  test('says what for', () => {
    expect(eventOf(decide(granted(), { ...issue, purpose: 'console' }, at(60))).data).toMatchObject({
      purpose: 'console',
    });
  });

  test('satisfies every rule, each told in its order', () => {
    expect(told(issueRules(granted(), at(60)))).toEqual(
      [
        'requester',
        'window',
        'policyActive',
        'noHold',
        'eligible',
        'policyUnchanged',
        'hours',
        'notSelf',
        'groupsFresh',
        'sameDevice',
        'mfa',
        'signInAge',
        'limit',
        'tail',
      ].map((rule) => `${rule}: satisfied`),
    );
  });

  test('is the requester’s alone', () => {
    for (const person of [approver, security, auditor])
      expect(issued(granted(), context(person, noon(60)))).toBe('not_the_requester');
  });
});

describe('the window', () => {
  const scheduled = request(submitted({ startAt: noon(600) }), approved(approver, noon(1)));

  test('opens at its start and closes at its end, to the millisecond', () => {
    expect([599.999, 600, 4199.999, 4200].map((seconds) => issued(scheduled, at(seconds)))).toEqual([
      'not_started',
      'credentials.intended',
      'credentials.intended',
      'grant_over',
    ]);
  });

  test.each([
    ['pending', pending(), 'not_approved'],
    ['denied', request(submitted(), closing('request.denied')), 'not_approved'],
    ['cancelled', request(submitted(), closing('request.cancelled')), 'not_approved'],
    ['revoked', granted(closing('request.revoked')), 'revoked'],
    ['ended', granted(closing('request.ended')), 'grant_over'],
  ])('of a request that is %s is never open', (_status, state, code) => {
    expect(issued(state, at(61))).toBe(code);
  });

  test('of one that expired while it was pending is never open', () => {
    expect(issued(pending(), at(1800))).toBe('not_approved');
  });
});

describe('eligible then is not eligible now', () => {
  test('a requester who left the group gets nothing', () => {
    expect(issued(granted(), { ...at(60), principal: { ...engineer, groups: [] } })).toBe('not_eligible');
  });

  test('nor anybody when the entitlement is gone', () => {
    expect(issued(granted(), context(engineer, noon(60), []))).toBe('not_eligible');
  });

  test('and then nothing is told of the entitlement’s own rules', () => {
    expect(told(issueRules(granted(), context(engineer, noon(60), [])))).toEqual([
      'requester: satisfied',
      'window: satisfied',
      'policyActive: satisfied',
      'noHold: satisfied',
      'eligible: notSatisfied',
    ]);
  });
});

describe('what was approved is what is issued', () => {
  test.each<readonly [string, Partial<Entitlement>]>([
    ['role', { roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Other' }],
    ['account', { account: { ...entitlement().account, id: '444455556666' } }],
    ['session', { session: { ...entitlement().session, maxSeconds: 1800 } }],
    ['maxDuration, below what was granted', { maxDurationSeconds: 3599 }],
  ])('a change of %s stops the issue', (_what, today) => {
    expect(issued(granted(), at(60, today))).toBe('policy_changed');
  });

  test('a grant of all that is allowed today goes through', () => {
    const shorter = request(submitted(), approved(approver, noon(0), { durationSeconds: 1800 }));
    expect(issued(shorter, at(60, { maxDurationSeconds: 1800 }))).toBe('credentials.intended');
  });

  test('an automatic approval ends when approval is no longer automatic; one by people stays', () => {
    const auto = request(submitted({}, { of: entitlement({ approval: 'auto' }) }));
    expect(issued(auto, at(60, { approval: 'auto' }))).toBe('credentials.intended');
    expect(issued(auto, at(60))).toBe('policy_changed');
    expect(issued(granted(), at(60, { approval: 'auto' }))).toBe('credentials.intended');
  });

  test('another title, region or ExternalId is no change: they come from access.yml as it is', () => {
    const account = { ...entitlement().account, region: 'eu-north-1', externalId: 'other' };
    expect(issued(granted(), at(60, { title: 'Other', account }))).toBe('credentials.intended');
  });
});

test('attack: an approval by the requester that reached the ledger all the same opens nothing', () => {
  const state = request(submitted(), approved(engineer, noon(1)));
  expect(issued(state, at(60))).toBe('self_approval');
});

describe('how sure one must be of who gets it', () => {
  const requires = { mfa: true, authenticatedWithinSeconds: 60 };

  test('groups must be fresh at every issue', () => {
    for (const state of [granted(), granted(intended(noon(1)))]) {
      expect(issued(state, at(60, { groupsMaxAgeSeconds: 60 }))).toBe('credentials.intended');
      expect(issued(state, at(60.001, { groupsMaxAgeSeconds: 60 }))).toBe('step_up_required');
    }
  });

  test('factors and sign-in age are asked for at the first issue', () => {
    expect(refusalOf(decide(granted(), issue, at(60, { requires })))).toMatchObject({ stepUp: 'mfa' });
    const strong = { ...at(60, { requires }), principal: { ...engineer, methods: ['pwd', 'mfa'] } };
    expect(issued(granted(), strong)).toBe('credentials.intended');
    expect(refusalOf(decide(granted(), issue, { ...strong, now: noon(60.001) }))).toMatchObject({ stepUp: 'mfa' });
  });

  test('and not at a renewal', () => {
    expect(issued(granted(intended(noon(1))), at(600, { requires }))).toBe('credentials.intended');
    expect(told(issueRules(granted(intended(noon(1))), at(600, { requires })))).not.toContain('mfa: notSatisfied');
  });
});

test('F2: phished by device authorization, a sign-in gives no role that forbids it, at the first issue or later', () => {
  const requires = { mfa: false, sameDevice: true } as const;
  const principal = { ...engineer, byDevice: true } as const;
  for (const state of [granted(), granted(intended(noon(1)))]) {
    const where = at(60, { requires });
    expect(refusalOf(decide(state, issue, { ...where, principal }))).toMatchObject({
      ...{ code: 'step_up_required', stepUp: 'fresh' },
    });
    expect(issued(state, where)).toBe('credentials.intended');
    expect(issued(state, { ...at(60), principal })).toBe('credentials.intended');
  }
});

describe('issues an hour', () => {
  const limits = { issuesPerHour: 3 };
  const long = (...seconds: readonly number[]): RequestState =>
    request(
      submitted({ durationSeconds: 14_400 }),
      approved(approver, noon(0)),
      ...seconds.map((s) => intended(noon(s))),
    );
  const now = (seconds: number): Context => at(seconds, { limits, maxDurationSeconds: 14_400 });

  test('are as many as access.yml says, and not one more', () => {
    expect(issued(long(1, 2), now(10))).toBe('credentials.intended');
    expect(issued(long(1, 2, 3), now(10))).toBe('limit_reached');
  });

  test('are free again an hour after the oldest, to the millisecond, and the refusal says when', () => {
    const full = long(100, 200, 300);
    expect(refusalOf(decide(full, issue, now(3699.999)))).toMatchObject({
      code: 'limit_reached',
      retryAfterSeconds: 1,
    });
    expect(refusalOf(decide(full, issue, now(3698.999)))).toMatchObject({ retryAfterSeconds: 2 });
    expect(refusalOf(decide(full, issue, now(300)))).toMatchObject({ retryAfterSeconds: 3400 });
    expect(issued(full, now(3700))).toBe('credentials.intended');
  });

  test('under a limit that was lowered since are free when enough of them are an hour old', () => {
    expect(refusalOf(decide(long(100, 200, 300, 400, 500), issue, now(600)))).toMatchObject({
      retryAfterSeconds: 3300,
    });
  });

  test('under a limit of none are none, also the first', () => {
    expect(refusalOf(decide(granted(), issue, at(60, { limits: { issuesPerHour: 0 } })))).toMatchObject({
      code: 'limit_reached',
      retryAfterSeconds: 3600,
    });
  });
});

describe('the tail of a grant, shorter than the 900 s that STS wants', () => {
  const refusing = { ...entitlement().session, tail: 'refuse' as const };
  const of = entitlement({ session: refusing });
  const state = request(submitted({}, { of }), approved(approver, noon(0)));

  test('is refused where access.yml says so, to the millisecond', () => {
    expect(issued(state, at(2700, { session: refusing }))).toBe('credentials.intended');
    expect(issued(state, at(2700.001, { session: refusing }))).toBe('grant_over');
  });

  test('is issued where it does not, and the intent says for how long', () => {
    const intent = eventOf(decide(granted(), issue, at(3599.999)));
    expect(intent.data).toMatchObject({ durationSeconds: 900, endsAt: noon(3600) });
  });
});

test('whatever else is wrong, all of it is told; the first speaks', () => {
  const where = { ...at(60, { requires: { mfa: true }, maxDurationSeconds: 60, limits: { issuesPerHour: 0 } }) };
  const decision = decide(granted(), issue, where);
  expect(outcome(decision)).toBe('policy_changed');
  expect('rules' in decision && told(decision.rules).filter((each) => each.endsWith('notSatisfied'))).toEqual([
    'policyUnchanged: notSatisfied',
    'mfa: notSatisfied',
    'limit: notSatisfied',
  ]);
});

test('a request that is not theirs tells nothing of its window', () => {
  expect(told(issueRules(granted(), context(auditor, noon(60))))).toContain('window: notEvaluated');
  expect(told(issueRules(pending(), at(60)))).toContain('eligible: notEvaluated');
});

describe('the hours', () => {
  // Noon is a Monday's.
  const until = (to: string) => [
    entitlement({ hours: { timezone: 'UTC', days: ['mon'], from: '08:00', to }, approval: 'auto' }),
  ];
  const auto = request(submitted({ autoApproved: true, stages: [] }));

  test('let nobody in a second too late', () => {
    const now = (seconds: number) => context(engineer, noon(seconds), until('12:30'));
    expect(issued(auto, now(1799))).toBe('credentials.intended');
    expect(refusalOf(decide(auto, issue, now(1800)))).toMatchObject({ code: 'outside_hours' });
  });

  test('end a role session that the grant would let go on', () => {
    const { data } = eventOf(decide(auto, issue, context(engineer, noon(0), until('12:30'))));
    expect(data).toMatchObject({ endsAt: noon(1800), durationSeconds: 1800 });
  });

  test('leave one alone that ends before them', () => {
    const { data } = eventOf(decide(auto, issue, context(engineer, noon(0), until('20:00'))));
    expect(data).toMatchObject({ endsAt: noon(3600) });
  });

  test('that are never there in a week let nobody in', () => {
    const leapt = entitlement({ hours: { timezone: 'Europe/Berlin', days: ['sun'], from: '02:30', to: '03:15' } });
    const at = '2026-03-22T23:30:00.000Z';
    const state = request(submitted({ autoApproved: true, stages: [] }, { at }));
    const fresh = { ...engineer, groupsAt: at, authenticatedAt: at };
    expect(issued(state, context(fresh, at, [{ ...leapt, approval: 'auto' }]))).toBe('outside_hours');
  });
});
