import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Command, Context } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { MAX_EXTENSIONS_ASKED, extendRules } from '../../../lib/domain/decide-extension.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import {
  type RequestState,
  evolve,
  grantAt,
  openExtension,
  statusAt,
  totalSeconds,
} from '../../../lib/domain/request.ts';
import {
  approver,
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
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { eventOf, outcome, refusalOf, told } from './outcome.ts';
import { staged, auto, more, at, after, asked, endOf, YES, NO } from './extension-scene.ts';

describe('extending', () => {
  test('satisfies every rule, each told in its order', () => {
    expect(told(extendRules(granted(), more(), at(engineer, 60)))).toEqual(
      [
        ...[
          'requester',
          'live',
          'noneOpen',
          'asksLeft',
          'policyActive',
          'noHold',
          'eligible',
          'policyUnchanged',
          'duration',
        ],
        ...['justification', 'groupsFresh', 'mfa', 'signInAge', 'sameDevice'],
      ].map((rule) => `${rule}: satisfied`),
    );
  });

  test('tells nothing further of what is not granted', () => {
    const rules = told(extendRules(pending(), more(), at(engineer, 60)));
    expect(rules.slice(0, 3)).toEqual(['requester: satisfied', 'live: notSatisfied', 'noneOpen: notEvaluated']);
    expect(new Set(rules.slice(2).map((rule) => rule.split(': ')[1]))).toEqual(new Set(['notEvaluated']));
  });

  test('asks whom the entitlement says, and access goes on meanwhile', () => {
    expect(asked.extension).toEqual({
      seq: 2,
      at: noon(60),
      durationSeconds: 1800,
      grantedSeconds: 1800,
      justification: words('more'),
      stages: [stage('sre-leads')],
      pendingUntil: noon(660),
      approvals: [],
    });
    expect([statusAt(asked, noon(61)), endOf(asked)]).toEqual(['approved', noon(3600)]);
    expect(
      outcome(decide(asked, { type: 'issue', purpose: 'credentials', sessionNameHash: '' }, at(engineer, 61))),
    ).toBe('credentials.intended');
  });

  test('lengthens the same grant once it is approved', () => {
    const extended = after(asked, YES, at(approver, 120));
    expect(eventOf(decide(asked, YES, at(approver, 120))).data).toEqual({ extension: true, stage: 0 });
    expect([endOf(extended), totalSeconds(extended)]).toEqual([noon(5400), 5400]);
    expect(statusAt(extended, noon(5399.999))).toBe('approved');
    expect(statusAt(extended, noon(5400))).toBe('expired');
    expect(extended.approvals).toEqual(granted().approvals.map((each) => ({ ...each })));
  });

  test('is done at once where the entitlement says so, again and again up to the whole', () => {
    const once = after(granted(), more(), at(engineer, 60, auto));
    const twice = after(once, more(), at(engineer, 120, auto));
    expect([endOf(once), endOf(twice)]).toEqual([noon(5400), noon(7200)]);
    expect(outcome(decide(twice, more(60), at(engineer, 180, auto)))).toBe('invalid_input');
  });

  test('is up to the longest grant, and with its approval, where nothing is said of it', () => {
    const plain = entitlement({ maxDurationSeconds: 4000 });
    expect(outcome(decide(granted(), more(400), at(engineer, 60, plain)))).toBe('request.extension_requested');
    expect(refusalOf(decide(granted(), more(401), at(engineer, 60, plain))).faults?.[0]).toMatchObject({
      pointer: '/durationSeconds',
      code: 'too_long',
    });
    expect(outcome(decide(granted(), more(60), at(engineer, 60, entitlement({ maxDurationSeconds: 60 }))))).toBe(
      'invalid_input',
    );
  });

  test.each<[string, RequestState, Context, string]>([
    ['somebody else’s', granted(), at(approver, 60), 'not_the_requester'],
    ['a pending one', pending(), at(engineer, 60), 'wrong_status'],
    ['one that is over, from its last instant on', granted(), at(engineer, 3600), 'wrong_status'],
    [
      'one that has not begun',
      request(submitted({ startAt: noon(600), autoApproved: true, stages: [] })),
      at(engineer, 60),
      'wrong_status',
    ],
    ['one of which an extension is pending', asked, at(engineer, 61), 'wrong_status'],
    ['one of an entitlement that is no longer theirs', granted(), at({ ...engineer, groups: [] }, 60), 'not_eligible'],
    [
      'one whose role changed',
      granted(),
      at(engineer, 60, { ...staged, roleArn: 'arn:aws:iam::1:role/x' }),
      'policy_changed',
    ],
  ])('is not for %s', (_what, state, where, code) => {
    expect(outcome(decide(state, more(), where))).toBe(code);
  });

  test('says why, and needs the sign-in that an ask needs', () => {
    expect(refusalOf(decide(granted(), more(60, 'because'), at(engineer, 60))).faults?.[0]).toMatchObject({
      pointer: '/justification',
    });
    const strict = { ...staged, requires: { mfa: true } };
    expect(outcome(decide(granted(), more(), at(engineer, 60, strict)))).toBe('step_up_required');
  });

  test('is asked for so often and no more, by rule too; the answer says when the grant is over', () => {
    const plenty = entitlement({ extension: { maxTotalSeconds: 36_000, approval: 'auto' } });
    let state = granted();
    for (let times = 0; times < MAX_EXTENSIONS_ASKED; times += 1)
      state = after(state, more(60), at(engineer, 60, plenty));
    expect(refusalOf(decide(state, more(60), at(engineer, 60.5, plenty)))).toMatchObject({
      code: 'limit_reached',
      retryAfterSeconds: 3540 + 60 * MAX_EXTENSIONS_ASKED,
    });
  });

  test('attack: whoever asks and takes back without end is stopped, and the grant can be revoked, ended, and used', () => {
    const acts: readonly Command[] = [
      { type: 'revoke', reason: words('no') },
      { type: 'end' },
      { type: 'issue', purpose: 'credentials', sessionNameHash: '' },
    ];
    const tries = fc.array(fc.constantFrom<Command>(more(60), { type: 'cancel' }), { minLength: 50, maxLength: 200 });
    fc.assert(
      fc.property(tries, fc.constantFrom(...acts), (taken, last) => {
        let state = granted();
        for (const command of taken) {
          const decided = decide(state, command, at(engineer, 60));
          if (!('event' in decided) || !decided.event) continue;
          state = evolve(state, recorded(decided.event.type, decided.event.data, { by: engineer, at: noon(60) }));
        }
        // Submitted, approved, and each ask with what became of it.
        expect(state.seq + 1).toBeLessThanOrEqual(2 + 2 * MAX_EXTENSIONS_ASKED);
        expect(eventOf(decide(state, last, at(last.type === 'revoke' ? security : engineer, 61)))).toBeDefined();
        expect(outcome(decide(state, { type: 'cancel' }, at(engineer, 61)))).toBe(
          openExtension(state, noon(61)) ? 'request.cancelled' : 'wrong_status',
        );
      }),
    );
  });

  test('never waits longer than the grant that it is to lengthen', () => {
    const late = after(granted(), more(), at(engineer, 3300));
    expect(late.extension?.pendingUntil).toBe(noon(3600));
    expect(openExtension(late, noon(3599.999))).toBeDefined();
    expect(openExtension(late, noon(3600))).toBeUndefined();
    expect(outcome(decide(late, YES, at(secondApprover, 3600)))).toBe('wrong_status');
  });
});

describe('a grant that was extended', () => {
  const extended = after(asked, YES, at(approver, 120));
  const issue: Command = { type: 'issue', purpose: 'credentials', sessionNameHash: '' };

  test('is issued for until its new end', () => {
    expect(eventOf(decide(extended, issue, at(engineer, 3700))).data).toMatchObject({ endsAt: noon(5400) });
  });

  test('is refused where access.yml allows no such length any more', () => {
    const shorter = { ...staged, extension: { ...staged.extension!, maxTotalSeconds: 5399 } };
    expect(outcome(decide(extended, issue, at(engineer, 3700, shorter)))).toBe('policy_changed');
    expect(outcome(decide(extended, issue, at(engineer, 3700, { ...staged, maxDurationSeconds: 3599 })))).toBe(
      'policy_changed',
    );
  });

  test('attack: a yes of one’s own to more time is not forgotten at the next ask, whatever came of either', () => {
    const own = principal('engineer.too', ['sre-leads']);
    const linked = { ...at(engineer, 200), standing: { ...NO_STANDING, sameAs: [own.handle] } };
    for (const yes of [YES, { type: 'approve', durationSeconds: 60 } as const]) {
      const given = after(asked, yes, at(own, 120));
      expect(outcome(decide(given, issue, linked))).toBe('self_approval');
      const again = after(given, more(600), at(engineer, 130));
      expect(outcome(decide(again, issue, linked))).toBe('self_approval');
      const takenBack = after(after(again, { type: 'cancel' }, at(engineer, 140)), more(60), at(engineer, 150));
      expect(outcome(decide(takenBack, issue, linked))).toBe('self_approval');
      expect(outcome(decide(takenBack, issue, at(engineer, 200)))).toBe('credentials.intended');
    }
  });

  test('that came by rule is worth nothing once access.yml wants a yes to it', () => {
    const byRule = after(granted(), more(), at(engineer, 60, auto));
    expect(outcome(decide(byRule, issue, at(engineer, 70, auto)))).toBe('credentials.intended');
    expect(outcome(decide(byRule, issue, at(engineer, 70, staged)))).toBe('policy_changed');
    const twice = after(after(byRule, more(60), at(engineer, 80)), YES, at(approver, 90));
    expect(outcome(decide(twice, issue, at(engineer, 100)))).toBe('policy_changed');
    expect(outcome(decide(extended, issue, at(engineer, 130, auto)))).toBe('credentials.intended');
  });

  test('regression 6: a revoke ends it whole, and a yes that comes after brings nothing back', () => {
    const revoked = after(asked, { type: 'revoke', reason: words('no') }, at(security, 100));
    expect(outcome(decide(revoked, YES, at(approver, 120)))).toBe('wrong_status');
    expect(outcome(decide(revoked, issue, at(engineer, 121)))).toBe('revoked');
  });

  test('a stream that extends what nobody asked for was not written by us', () => {
    const yes = recorded('request.approved', { extension: true, stage: 0 }, { by: approver, at: noon(60) });
    const no = recorded('request.denied', { extension: true, reason: words('no') }, { by: approver, at: noon(60) });
    expect(() => evolve(granted(), yes)).toThrow(TypeError);
    expect(() => evolve(granted(), no)).toThrow(TypeError);
  });
});

test('law: whatever approvers say of extensions, the grant never exceeds what access.yml allows in all', () => {
  const steps = fc.array(
    fc.record({
      pause: fc.nat({ max: 700 }),
      step: fc.oneof(
        fc.integer({ min: 60, max: 4000 }).map((seconds) => ({ by: engineer, command: more(seconds) })),
        fc
          .record(
            { type: fc.constant('approve' as const), durationSeconds: fc.integer({ min: 1, max: 4000 }) },
            { requiredKeys: ['type'] },
          )
          .map((command) => ({ by: approver, command })),
        fc.constantFrom<{ by: Principal; command: Command }>(
          { by: approver, command: NO },
          { by: engineer, command: { type: 'cancel' } },
        ),
      ),
    }),
    { maxLength: 30 },
  );
  let longest = 0;
  fc.assert(
    fc.property(fc.constantFrom(staged, auto), steps, (of, taken) => {
      let state = granted();
      let seconds = 0;
      for (const { pause, step } of taken) {
        seconds += pause;
        const where = at(step.by, seconds, of);
        const decision = decide(state, step.command, where);
        if (!('event' in decision) || !decision.event) continue;
        const next = evolve(state, recorded(decision.event.type, decision.event.data, { by: step.by, at: where.now }));
        expect(totalSeconds(next)).toBeGreaterThanOrEqual(totalSeconds(state));
        expect(totalSeconds(next)).toBeLessThanOrEqual(7200);
        // Nothing that is said of an extension takes away what is there, or brings back what is over.
        expect(grantAt(next, where.now)?.state).toBe(grantAt(state, where.now)?.state);
        state = next;
      }
      longest = Math.max(longest, totalSeconds(state));
    }),
    { numRuns: 300 },
  );
  expect(longest).toBeGreaterThan(6000);
});
