import { describe, expect, test } from '@jest/globals';
import { decide } from '../../../lib/domain/decide.ts';
import type { Command, Context, Decision } from '../../../lib/domain/command.ts';
import { approveRules } from '../../../lib/domain/decide-approval.ts';
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
  noon,
  pending,
  principal,
  recorded,
  request,
  secondApprover,
  security,
  stage,
  submitted,
  words,
} from '../../support/builders.ts';
import { eventOf, outcome, refusalOf, told } from './outcome.ts';

type Options = Omit<Extract<Command, { type: 'approve' }>, 'type'>;

const yes = (state: RequestState, where: Context, options: Options = {}): Decision =>
  decide(state, { type: 'approve', ...options }, where);
const no = (state: RequestState, where: Context): Decision =>
  decide(state, { type: 'deny', reason: words('no') }, where);

const stages = [stage('sre-leads'), stage('security')];
const twoStaged = entitlement({ approval: { stages, withinSeconds: 1800 } });
const twoStages = (...further: readonly RecordedEvent[]): RequestState =>
  request(submitted({}, { of: twoStaged }), ...further);

describe('approving', () => {
  test('is one yes at the stage that is open', () => {
    expect(eventOf(yes(pending(), context(approver)))).toStrictEqual({ type: 'request.approved', data: { stage: 0 } });
  });

  test('keeps the comment, a shorter time and a later start', () => {
    const options = { comment: words('c'), durationSeconds: 900, startAt: noon(600) };
    expect(eventOf(yes(pending(), context(approver), options)).data).toEqual({ stage: 0, ...options });
  });

  test('may be said in chat where nothing more is asked for', () => {
    for (const each of [entitlement(), entitlement({ approverRequires: { mfa: false } })])
      expect(outcome(yes(pending(), { ...context(approver, noon(0), [each]), channel: 'chat' }))).toBe(
        'request.approved',
      );
  });

  test('satisfies every rule, each told in its order', () => {
    expect(told(approveRules(pending(), { type: 'approve' }, context(approver)))).toEqual(
      [
        ...['notSelf', 'approver', 'pending', 'policyActive', 'noHold', 'policyUnchanged', 'stage', 'channel'],
        ...['groupsFresh', 'mfa', 'signInAge', 'onlyLess', 'onlyLater'],
      ].map((rule) => `${rule}: satisfied`),
    );
  });

  test('again by the same approver changes nothing, also once it is approved or past', () => {
    const once = request(submitted({ stages: [stage('sre-leads', 2)] }), approved(approver, noon(1)));
    expect(outcome(yes(once, context(approver, noon(2))))).toBe('unchanged');
    expect(outcome(yes(granted(), context(approver, noon(2))))).toBe('unchanged');
    expect(outcome(yes(granted(), context(approver, noon(86_400))))).toBe('unchanged');
  });

  test('again once somebody closed the request is the wrong status', () => {
    const ended = granted(recorded('request.ended', {}, { by: engineer, at: noon(1) }));
    expect(outcome(yes(ended, context(approver, noon(2))))).toBe('wrong_status');
  });

  test('again by somebody who is no longer an approver is refused', () => {
    expect(outcome(yes(granted(), context({ ...approver, groups: [] }, noon(2))))).toBe('not_an_approver');
  });
});

describe('who may approve', () => {
  test('attack: the requester approves their own request, though in the approvers’ group', () => {
    const both = principal('engineer', ['sre', 'sre-leads']);
    expect(outcome(yes(pending(), context(both)))).toBe('self_approval');
  });

  test('attack: the requester’s own approval, in the ledger all the same, does not let them say it again', () => {
    const both = principal('engineer', ['sre', 'sre-leads']);
    const forged = request(submitted({ stages: [stage('sre-leads', 2)] }), approved(both, noon(1)));
    expect(outcome(yes(forged, context(both, noon(2))))).toBe('self_approval');
  });

  test.each([
    ['an auditor', auditor],
    ['a revoker', security],
    ['a workload of the approvers’ group', principal('pipeline', ['sre-leads'], { kind: 'workload' })],
  ])('%s may not', (_who, person) => {
    expect(outcome(yes(pending(), context(person)))).toBe('not_an_approver');
  });

  test('stages go in order: the second is not open before the first is done', () => {
    expect(outcome(yes(twoStages(), context(security, noon(1), [twoStaged])))).toBe('not_an_approver');
    const second = yes(twoStages(approved(approver, noon(1))), context(security, noon(2), [twoStaged]));
    expect(eventOf(second).data).toEqual({ stage: 1 });
  });

  test('attack: one person of both groups speaks for both stages', () => {
    const both = principal('approver', ['sre-leads', 'security']);
    const once = twoStages(approved(both, noon(1)));
    expect(outcome(yes(once, context(both, noon(2), [twoStaged])))).toBe('unchanged');
  });

  test('a stage of two wants two people', () => {
    const two = entitlement({ approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } });
    const once = request(submitted({}, { of: two }), approved(approver, noon(1)));
    expect(eventOf(yes(once, context(secondApprover, noon(2), [two]))).data).toEqual({ stage: 0 });
  });

  test('a stage that waits for nobody asks nobody', () => {
    const none = entitlement({ approval: { stages: [stage('sre-leads', 0)], withinSeconds: 1800 } });
    expect(outcome(yes(request(submitted({}, { of: none })), context(approver, noon(1), [none])))).toBe(
      'not_an_approver',
    );
  });

  test('an approver’s groups must be fresh, as access.yml says for the entitlement', () => {
    const strict = [entitlement({ groupsMaxAgeSeconds: 60 })];
    expect(outcome(yes(pending(), context(approver, noon(60), strict)))).toBe('request.approved');
    expect(refusalOf(yes(pending(), context(approver, noon(60.001), strict)))).toMatchObject({
      code: 'step_up_required',
      stepUp: 'fresh',
    });
  });
});

describe('when it may be approved', () => {
  test('until the millisecond before it expires', () => {
    expect(outcome(yes(pending(), context(approver, noon(1799.999))))).toBe('request.approved');
    expect(outcome(yes(pending(), context(approver, noon(1800))))).toBe('wrong_status');
  });

  test('not when somebody else has denied or it was taken back', () => {
    const denied = request(
      submitted(),
      recorded('request.denied', { reason: words('no') }, { by: security, at: noon(1) }),
    );
    const cancelled = request(submitted(), recorded('request.cancelled', {}, { by: engineer, at: noon(1) }));
    expect(outcome(yes(denied, context(approver, noon(2))))).toBe('wrong_status');
    expect(outcome(yes(cancelled, context(approver, noon(2))))).toBe('wrong_status');
  });

  test('not when nobody more is asked', () => {
    expect(outcome(yes(granted(), context(secondApprover, noon(1))))).toBe('wrong_status');
  });
});

describe('when access.yml has changed since', () => {
  const changes: readonly (readonly [string, Parameters<typeof entitlement>[0] | undefined])[] = [
    ['the entitlement is gone', undefined],
    ['the role', { roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Other' }],
    ['the account', { account: { ...entitlement().account, id: '444455556666' } }],
    ['the session', { session: { ...entitlement().session, chaining: true } }],
    ['the stages', { approval: { stages: [stage('security')], withinSeconds: 1800 } }],
    ['how many a stage wants', { approval: { stages: [stage('sre-leads', 2)], withinSeconds: 1800 } }],
    ['how many stages there are', { approval: { stages, withinSeconds: 1800 } }],
    ['that it needs approval', { approval: 'auto' }],
  ];
  test.each(changes)('an approval is refused: %s', (_what, change) => {
    const today = change ? [entitlement(change)] : [];
    expect(outcome(yes(pending(), context(approver, noon(1), today)))).toBe('policy_changed');
  });

  test('nothing is told of the rules behind it', () => {
    expect(told(approveRules(pending(), { type: 'approve' }, context(approver, noon(1), [])))).toEqual([
      'notSelf: satisfied',
      'approver: satisfied',
      'pending: satisfied',
      'policyActive: satisfied',
      'noHold: satisfied',
      'policyUnchanged: notSatisfied',
    ]);
  });

  test('what an approval does not bind may change', () => {
    const today = [entitlement({ title: 'Other', maxDurationSeconds: 900, groupsMaxAgeSeconds: 60 })];
    expect(outcome(yes(pending(), context(approver, noon(1), today)))).toBe('request.approved');
  });

  test('the order of members is no change: events come back from the ledger sorted', () => {
    const sorted = [{ count: 1, from: { groups: ['okta:sre-leads'] } }];
    expect(outcome(yes(pending({ stages: sorted }), context(approver, noon(1))))).toBe('request.approved');
  });
});

describe('regression 2: an approver may lower the duration, never raise it', () => {
  test('to what was asked for at the most', () => {
    expect(outcome(yes(pending(), context(approver), { durationSeconds: 3600 }))).toBe('request.approved');
    expect(refusalOf(yes(pending(), context(approver), { durationSeconds: 3601 })).faults?.[0]).toMatchObject({
      pointer: '/durationSeconds',
      code: 'too_long',
    });
  });

  test('nor above what an approver before has lowered it to', () => {
    const lowered = twoStages(approved(approver, noon(1), { durationSeconds: 900 }));
    const where = context(security, noon(2), [twoStaged]);
    expect(outcome(yes(lowered, where, { durationSeconds: 900 }))).toBe('request.approved');
    expect(outcome(yes(lowered, where, { durationSeconds: 901 }))).toBe('invalid_input');
  });
});

describe('an approver may move the start to later, never to earlier', () => {
  const faultOf = (state: RequestState, startAt: string): unknown =>
    refusalOf(yes(state, context(approver, noon(1)), { startAt })).faults?.[0];

  test('than was asked for', () => {
    const scheduled = pending({ startAt: noon(600) });
    expect(outcome(yes(scheduled, context(approver, noon(1)), { startAt: noon(600) }))).toBe('request.approved');
    expect(faultOf(scheduled, noon(599.999))).toMatchObject({ pointer: '/startAt', code: 'too_early' });
  });

  test('than now, when no start was asked for', () => {
    expect(outcome(yes(pending(), context(approver, noon(1)), { startAt: noon(1) }))).toBe('request.approved');
    expect(faultOf(pending(), noon(0.999))).toMatchObject({ code: 'too_early' });
  });

  test('nor further ahead than thirty days from now', () => {
    const month = 30 * 86_400;
    expect(outcome(yes(pending(), context(approver, noon(1)), { startAt: noon(month + 1) }))).toBe('request.approved');
    expect(faultOf(pending(), noon(month + 1.001))).toMatchObject({ pointer: '/startAt', code: 'too_far_ahead' });
  });
});

describe('denying', () => {
  test('ends the request with its reason', () => {
    expect(eventOf(no(pending(), context(approver)))).toEqual({
      type: 'request.denied',
      data: { reason: words('no') },
    });
  });

  test('is any stage’s to do, also one that is not open yet', () => {
    expect(outcome(no(twoStages(), context(security, noon(1), [twoStaged])))).toBe('request.denied');
  });

  test('is not hindered by old groups or a changed policy: it only takes away', () => {
    expect(outcome(no(pending(), context({ ...approver, groupsAt: noon(-1_000_000) }, noon(1), [])))).toBe(
      'request.denied',
    );
  });

  test('is not the requester’s, an auditor’s or a revoker’s', () => {
    const both = principal('engineer', ['sre-leads']);
    expect([both, auditor, security].map((person) => outcome(no(pending(), context(person))))).toEqual(
      Array(3).fill('not_an_approver'),
    );
  });

  test('comes too late once the request is approved or expired', () => {
    expect(outcome(no(granted(), context(approver, noon(1))))).toBe('wrong_status');
    expect(outcome(no(pending(), context(approver, noon(1799.999))))).toBe('request.denied');
    expect(outcome(no(pending(), context(approver, noon(1800))))).toBe('wrong_status');
  });

  test('is closed to whoever is not asked before anything of the status is told', () => {
    const denial = decide(granted(), { type: 'deny', reason: words('no') }, context(auditor));
    expect('rules' in denial && told(denial.rules)).toEqual([
      'notSelf: satisfied',
      'approver: notSatisfied',
      'pending: notEvaluated',
    ]);
    const both = principal('engineer', ['sre-leads']);
    const own = decide(granted(), { type: 'deny', reason: words('no') }, context(both));
    expect('rules' in own && told(own.rules)).toEqual([
      'notSelf: notSatisfied',
      'approver: notEvaluated',
      'pending: notEvaluated',
    ]);
  });
});

test('whoever may not approve is not told more than that', () => {
  const outcomes = (state: RequestState, where: Context): readonly string[] =>
    approveRules(state, { type: 'approve' }, where).map((rule) => rule.outcome);
  const [yes, no, not] = ['satisfied', 'notSatisfied', 'notEvaluated'] as const;
  const both = principal('engineer', ['sre', 'sre-leads']);
  const other = [entitlement({ approval: { stages, withinSeconds: 60 } })];
  const toldUpTo = (satisfied: number, total: number): readonly string[] => [
    ...Array<string>(satisfied).fill(yes),
    no,
    ...Array<string>(total - satisfied - 1).fill(not),
  ];
  const all = approveRules(pending(), { type: 'approve' }, context(approver)).length;
  expect(outcomes(pending(), context(both))).toEqual(toldUpTo(0, all));
  expect(outcomes(granted(), context(auditor))).toEqual(toldUpTo(1, all));
  expect(outcomes(granted(), context(approver))).toEqual(toldUpTo(2, all));
  expect(outcomes(pending(), context(approver, noon(1), other))).toEqual(toldUpTo(5, all));
});
