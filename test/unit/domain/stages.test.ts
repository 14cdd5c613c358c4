import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Command } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import type { Entitlement, StagedApproval } from '../../../lib/domain/entitlement.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { approverKeysOf } from '../../../lib/domain/principal.ts';
import { type RequestState, evolve, grantAt } from '../../../lib/domain/request.ts';
import { approvalsNeeded, approverKeys, currentStage, withApproval } from '../../../lib/domain/stages.ts';
import {
  approved,
  approver,
  context,
  engineer,
  entitlement,
  noon,
  principal,
  recorded,
  request,
  secondApprover,
  security,
  stage,
  submitted,
} from '../../support/builders.ts';
import { eventOf, outcome } from './outcome.ts';

const asks = (approval: StagedApproval): Entitlement => entitlement({ approval });

const pendingFor = (of: Entitlement): RequestState => request(submitted({}, { of }));

const sayYes = (state: RequestState, by: Principal, of: Entitlement, at = noon(1)): RequestState => {
  const { type, data } = eventOf(decide(state, { type: 'approve' }, context(by, at, [of])));
  return evolve(state, recorded(type, data, { by, at }));
};

const YES: Command = { type: 'approve' };

describe('what is still missing', () => {
  const stages = [stage('sre-leads', 2), stage('security', 1)];
  const yes = (number: number): { approver: string; at: string; stage: number } => ({
    approver: `p_${number}`,
    at: noon(0),
    stage: number,
  });

  test.each([
    [[], 3, 0],
    [[0], 2, 0],
    [[0, 0], 1, 1],
    [[0, 0, 1], 0, undefined],
    [[1], 2, 0],
    [[0, 0, 0], 1, 1],
  ])('after approvals at stages %j: %i, and stage %p is open', (given, needed, open) => {
    const approvals = given.map(yes);
    expect(approvalsNeeded({ stages, approvals })).toBe(needed);
    expect(currentStage({ stages, approvals })).toBe(open);
  });
});

describe('parallel stages', () => {
  const both = principal('both', ['sre-leads', 'security']);
  const parallel = asks({
    stages: [stage('sre-leads'), stage('security')],
    parallel: true,
    withinSeconds: 1800,
  });

  test('are open all at once', () => {
    const half = sayYes(pendingFor(parallel), security, parallel);
    expect(half.approvals).toMatchObject([{ stage: 1 }]);
    expect(sayYes(half, approver, parallel).approvedAt).toBe(noon(1));
  });

  test('whoever could speak for several gives way to those who could not', () => {
    const half = sayYes(pendingFor(parallel), both, parallel);
    expect(half.approvals).toMatchObject([{ stage: 0, couldServe: [0, 1] }]);
    const whole = sayYes(half, approver, parallel);
    expect(whole.approvals).toMatchObject([{ stage: 1 }, { stage: 0 }]);
    expect(approvalsNeeded(whole)).toBe(0);
  });

  test('attack: one person of every group speaks for one stage only', () => {
    const half = sayYes(pendingFor(parallel), both, parallel);
    expect(outcome(decide(half, YES, context(both, noon(2), [parallel])))).toBe('unchanged');
  });

  test('where there is no room however they are seated, one more yes is for others', () => {
    const half = sayYes(pendingFor(parallel), approver, parallel);
    expect(outcome(decide(half, YES, context(secondApprover, noon(2), [parallel])))).toBe('not_an_approver');
    expect(outcome(decide(half, YES, context(principal('no one', []), noon(2), [parallel])))).toBe('not_an_approver');
  });

  test('a yes that finds no seat stands in the record and counts for nothing', () => {
    const state = pendingFor(parallel);
    const crowded = [1, 2].reduce<RequestState['approvals']>(
      (approvals, n) => withApproval({ ...state, approvals }, { approver: `p_${n}`, at: noon(n), stage: 0 }),
      [],
    );
    expect(crowded).toHaveLength(2);
    expect(approvalsNeeded({ ...state, approvals: crowded })).toBe(1);
    expect(withApproval(state, { approver: 'p_3', at: noon(3), stage: 7 })).toHaveLength(1);
  });

  test('that access.yml has in order by now want a new request', () => {
    const inOrder = asks({ stages: [stage('sre-leads'), stage('security')], withinSeconds: 1800 });
    expect(outcome(decide(pendingFor(parallel), YES, context(approver, noon(1), [inOrder])))).toBe('policy_changed');
  });

  test('law: in whatever order people say yes, it is approved by the same ones', () => {
    const groups = ['a', 'b', 'c'];
    const crowd = fc.array(fc.subarray(groups, { minLength: 1 }), { minLength: 1, maxLength: 5 });
    const wanted = fc.array(
      fc.record({ from: fc.subarray(groups, { minLength: 1 }), count: fc.integer({ min: 1, max: 2 }) }),
      { minLength: 1, maxLength: 3 },
    );
    const order = fc.array(fc.nat(), { minLength: 5, maxLength: 5 });
    let wholly = 0;
    fc.assert(
      fc.property(wanted, crowd, order, (stages, people, keys) => {
        const of = asks({
          stages: stages.map(({ from, count }) => ({ from: { groups: from.map((group) => `okta:${group}`) }, count })),
          parallel: true,
          withinSeconds: 1800,
        });
        const who = people.map((in_, n) => principal(`person ${n}`, in_));
        const neededAfter = (speakers: readonly Principal[]): number =>
          approvalsNeeded(
            speakers.reduce(
              (state, by) =>
                outcome(decide(state, YES, context(by, noon(1), [of]))) === 'request.approved'
                  ? sayYes(state, by, of)
                  : state,
              pendingFor(of),
            ),
          );
        const shuffled = who.map((one, n) => ({ one, key: keys[n] ?? 0 })).sort((a, b) => a.key - b.key);
        const needed = neededAfter(who);
        if (needed === 0) wholly += 1;
        expect(neededAfter(shuffled.map(({ one }) => one))).toBe(needed);
      }),
      { numRuns: 300 },
    );
    expect(wholly).toBeGreaterThan(20);
  });
});

describe('escalation', () => {
  const escalated = asks({
    stages: [stage('sre-leads'), stage('security')],
    withinSeconds: 1800,
    escalation: { afterSeconds: 900, to: { groups: ['okta:managers'] } },
  });
  const manager = principal('manager', ['managers']);
  const seen = (state: RequestState, now: string): string =>
    outcome(decide(state, YES, context(manager, now, [escalated])));

  test('asks the others at every stage from that very instant on, and not a millisecond before', () => {
    const state = pendingFor(escalated);
    expect(seen(state, noon(899.999))).toBe('not_an_approver');
    expect(seen(state, noon(900))).toBe('request.approved');
    expect(seen(sayYes(state, approver, escalated), noon(900))).toBe('request.approved');
  });

  test('takes away none of those who are asked anyway', () => {
    expect(sayYes(pendingFor(escalated), approver, escalated, noon(901)).approvals).toMatchObject([{ stage: 0 }]);
  });

  test('never comes to what was decided before', () => {
    const whole = sayYes(sayYes(pendingFor(escalated), approver, escalated), security, escalated);
    expect(grantAt(whole, noon(901))?.state).toBe('active');
    expect(
      outcome(
        decide(whole, { type: 'revoke', reason: { id: 'w', hash: 'h' } }, context(manager, noon(901), [escalated])),
      ),
    ).toBe('not_an_approver');
    const late = sayYes(sayYes(pendingFor(escalated), approver, escalated), manager, escalated, noon(901));
    expect(
      outcome(
        decide(late, { type: 'revoke', reason: { id: 'w', hash: 'h' } }, context(manager, noon(902), [escalated])),
      ),
    ).toBe('request.revoked');
  });

  test('attack: the requester escalates to themselves', () => {
    const both = principal('engineer', ['sre', 'managers']);
    expect(outcome(decide(pendingFor(escalated), YES, context(both, noon(900), [escalated])))).toBe('self_approval');
  });

  test('to others than access.yml names today wants a new request', () => {
    const { approval } = escalated;
    if (approval === 'auto') throw new TypeError('it has stages');
    const today = asks({ ...approval, escalation: { afterSeconds: 60, to: { groups: ['okta:others'] } } });
    expect(outcome(decide(pendingFor(escalated), YES, context(approver, noon(1), [today])))).toBe('policy_changed');
    const sooner = asks({ ...approval, escalation: { afterSeconds: 60, to: { groups: ['okta:managers'] } } });
    expect(outcome(decide(pendingFor(escalated), YES, context(approver, noon(1), [sooner])))).toBe('request.approved');
  });
});

describe('people by name', () => {
  const person = { provider: 'okta', issuer: 'https://idp.example.com', subject: 'ada' };
  const named = asks({ stages: [{ from: { groups: [], people: [person] }, count: 1 }], withinSeconds: 1800 });
  const ada = principal('ada', []);

  test.each<[string, Principal, string]>([
    ['the one who is named approves', ada, 'request.approved'],
    ['attack: the same subject at another issuer', { ...ada, issuer: 'https://evil.example.com' }, 'not_an_approver'],
    ['attack: the subject in other letters', { ...ada, subject: 'Ada' }, 'not_an_approver'],
    ['attack: a workload of that name', { ...ada, kind: 'workload' }, 'not_an_approver'],
  ])('%s', (_what, by, came) => {
    expect(outcome(decide(pendingFor(named), YES, context(by, noon(1), [named])))).toBe(came);
  });

  test('find what waits for them under a key that no group has', () => {
    const [key = ''] = approverKeys(pendingFor(named));
    expect(approverKeysOf(ada)).toContain(key);
    expect(approverKeysOf(engineer)).not.toContain(key);
    expect(key).not.toMatch(/^[a-z0-9-]+:/);
  });

  test('whom it escalates to are found as well, each once', () => {
    const of = asks({
      stages: [stage('sre-leads'), stage('sre-leads')],
      withinSeconds: 1800,
      escalation: { afterSeconds: 900, to: { groups: ['okta:managers', 'okta:sre-leads'] } },
    });
    expect(approverKeys(pendingFor(of))).toEqual(['okta:sre-leads', 'okta:managers']);
  });
});

describe('what is asked of whoever says yes', () => {
  const strict = entitlement({ approverRequires: { mfa: true, authenticatedWithinSeconds: 60, channel: 'portal' } });
  const state = pendingFor(strict);
  const strong = { ...approver, methods: ['pwd', 'mfa'] };

  test.each<[string, Partial<ReturnType<typeof context>>, string]>([
    ['all of it is there', { principal: strong }, 'request.approved'],
    ['more than one factor is missing', { principal: approver }, 'step_up_required'],
    ['the sign-in is a second too old', { principal: strong, now: noon(61) }, 'step_up_required'],
    ['the sign-in is just recent enough', { principal: strong, now: noon(60) }, 'request.approved'],
    ['it is said in chat', { principal: strong, channel: 'chat' }, 'channel_not_allowed'],
    ['it is said with a bearer token', { principal: strong, channel: 'bearer' }, 'channel_not_allowed'],
  ])('%s', (_what, where, came) => {
    expect(outcome(decide(state, YES, { ...context(strong, noon(1), [strict]), ...where }))).toBe(came);
  });

  test.each<[string, object]>([
    ['more than one factor', { mfa: true }],
    ['a fresh sign-in', { mfa: false, authenticatedWithinSeconds: 3600 }],
  ])('where it is %s, chat proves none, however strong the sign-in in the portal is', (_what, approverRequires) => {
    const asking = entitlement({ approverRequires: { mfa: false, ...approverRequires } });
    const by = (channel: 'portal' | 'bearer' | 'chat') =>
      outcome(decide(pendingFor(asking), YES, { ...context(strong, noon(1), [asking]), channel }));
    expect([by('chat'), by('bearer'), by('portal')]).toEqual([
      ...['channel_not_allowed', 'request.approved', 'request.approved'],
    ]);
  });

  test('binds no no', () => {
    const deny: Command = { type: 'deny', reason: { id: 'w', hash: 'h' } };
    expect(outcome(decide(state, deny, { ...context(approver, noon(1), [strict]), channel: 'chat' }))).toBe(
      'request.denied',
    );
  });
});

test('an approval of an event without a seat for it keeps its comment', () => {
  const state = request(submitted(), approved(approver, noon(1), { comment: { id: 'c', hash: 'h' } }));
  expect(state.approvals).toMatchObject([{ comment: { id: 'c' } }]);
});
