import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Command, Context } from '../../../lib/domain/command.ts';
import { decide } from '../../../lib/domain/decide.ts';
import { MAX_EXTENSIONS_ASKED, extendRules } from '../../../lib/domain/decide-extension.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { isReader } from '../../../lib/domain/access.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import {
  type RequestState,
  evolve,
  extensionStatusAt,
  grantAt,
  openExtension,
  statusAt,
  totalSeconds,
} from '../../../lib/domain/request.ts';
import {
  approver,
  auditor,
  context,
  engineer,
  entitlement,
  granted,
  noon,
  outsider,
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

/** Two hours in all, each extension by one of the sre-leads within ten minutes. */
const staged = entitlement({
  extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads')], withinSeconds: 600 } },
});
const auto = entitlement({ extension: { maxTotalSeconds: 7200, approval: 'auto' } });

const more = (durationSeconds = 1800, text = 'the queue is still stuck'): Extract<Command, { type: 'extend' }> => ({
  type: 'extend',
  durationSeconds,
  justification: { text, ref: words('more') },
});

const at = (by: Principal, seconds: number, of: Entitlement = staged): Context => context(by, noon(seconds), [of]);

/** The state after the command, which must not be refused. */
const after = (state: RequestState, command: Command, where: Context): RequestState => {
  const { type, data } = eventOf(decide(state, command, where));
  return evolve(state, recorded(type, data, { by: where.principal, at: where.now }));
};

const asked = after(granted(), more(), at(engineer, 60));
const [YES, NO] = [{ type: 'approve' }, { type: 'deny', reason: words('no') }] as const;
const endOf = (state: RequestState, seconds = 60): string | undefined => grantAt(state, noon(seconds))?.endsAt;

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

describe('what is said of a pending extension', () => {
  test('a no ends the extension and leaves the grant', () => {
    const denied = after(asked, NO, at(approver, 120));
    expect(denied.closed).toBeUndefined();
    expect([extensionStatusAt(denied, denied.extension!, noon(121)), endOf(denied)]).toEqual(['denied', noon(3600)]);
    expect(outcome(decide(denied, more(), at(engineer, 122)))).toBe('request.extension_requested');
  });

  test('its requester takes it back, and keeps the grant', () => {
    const cancelled = after(asked, { type: 'cancel' }, at(engineer, 120));
    expect(eventOf(decide(asked, { type: 'cancel' }, at(engineer, 120))).data).toEqual({ extension: true });
    expect([extensionStatusAt(cancelled, cancelled.extension!, noon(121)), statusAt(cancelled, noon(121))]).toEqual([
      'cancelled',
      'approved',
    ]);
    expect(outcome(decide(cancelled, { type: 'cancel' }, at(engineer, 122)))).toBe('wrong_status');
  });

  test('an approver gives less, never more, and never another start', () => {
    expect(endOf(after(asked, { type: 'approve', durationSeconds: 600 }, at(approver, 120)))).toBe(noon(4200));
    expect(outcome(decide(asked, { type: 'approve', durationSeconds: 1801 }, at(approver, 120)))).toBe('invalid_input');
    expect(
      refusalOf(decide(asked, { type: 'approve', startAt: noon(600) }, at(approver, 120))).faults?.[0],
    ).toMatchObject({ pointer: '/startAt', code: 'not_allowed' });
  });

  test('it lapses: nobody decides from then on, and another may be asked for', () => {
    expect(outcome(decide(asked, YES, at(approver, 659.999)))).toBe('request.approved');
    expect(outcome(decide(asked, YES, at(secondApprover, 660)))).toBe('wrong_status');
    expect(extensionStatusAt(asked, asked.extension!, noon(660))).toBe('expired');
    expect(outcome(decide(asked, more(), at(engineer, 660)))).toBe('request.extension_requested');
  });

  test('said again it changes nothing; once it is done it is done', () => {
    const two = {
      ...staged,
      extension: { maxTotalSeconds: 7200, approval: { stages: [stage('sre-leads', 2)], withinSeconds: 600 } },
    };
    const state = after(after(granted(), more(), at(engineer, 60, two)), YES, at(approver, 70, two));
    expect(outcome(decide(state, YES, at(approver, 71, two)))).toBe('unchanged');
    expect(extensionStatusAt(state, state.extension!, noon(72))).toBe('pending');
    const done = after(state, YES, at(secondApprover, 73, two));
    expect([extensionStatusAt(done, done.extension!, noon(74)), endOf(done)]).toEqual(['approved', noon(5400)]);
    expect(outcome(decide(done, YES, at(secondApprover, 75, two)))).toBe('unchanged');
    expect(outcome(decide(done, NO, at(secondApprover, 75, two)))).toBe('wrong_status');
  });

  describe('by whoever was shown the request as it was', () => {
    const seen = (seq: number) => ({ ...YES, seq });
    const refused = (seq: number) => ({ ...NO, seq });

    test('attack: a yes or a no to a page that is older than the extension is none to the extension', () => {
      for (const by of [approver, secondApprover]) {
        const said = [seen(1), refused(1)].map((command) => outcome(decide(asked, command, at(by, 120))));
        // The one of the two who said yes to the request has said so.
        expect(said).toEqual([by === approver ? 'unchanged' : 'wrong_status', 'wrong_status']);
      }
    });

    test('one to a page that shows it is one to it, however much has happened since', () => {
      const issued = evolve(
        asked,
        recorded('request.lapsed', { pendingUntil: noon(0) }, { by: engineer, at: noon(70) }),
      );
      for (const seq of [2, 3, 99]) {
        expect(eventOf(decide(issued, seen(seq), at(approver, 120))).data).toMatchObject({ extension: true });
        expect(eventOf(decide(issued, refused(seq), at(approver, 120))).data).toMatchObject({ extension: true });
      }
    });

    test('one to a page that shows another is none to this', () => {
      const again = after(after(asked, { type: 'cancel' }, at(engineer, 90)), more(60), at(engineer, 100));
      expect(again.extension?.seq).toBe(4);
      expect(outcome(decide(again, refused(3), at(approver, 120)))).toBe('wrong_status');
      expect(outcome(decide(again, refused(4), at(approver, 120)))).toBe('request.denied');
    });

    test('a request is shown from its first event on', () => {
      expect(outcome(decide(pending(), seen(0), at(approver, 60)))).toBe('request.approved');
    });
  });

  test('attack: the requester approves their own extension', () => {
    const both = principal('engineer', ['sre', 'sre-leads']);
    expect(outcome(decide(asked, YES, at(both, 120)))).toBe('self_approval');
  });

  test('attack: an auditor and a stranger approve it', () => {
    for (const person of [auditor, outsider])
      expect(outcome(decide(asked, YES, at(person, 120)))).toBe('not_an_approver');
  });

  test('it is for whom access.yml names today', () => {
    const other = { ...staged, extension: { maxTotalSeconds: 7200, approval: 'auto' as const } };
    expect(outcome(decide(asked, YES, at(approver, 120, other)))).toBe('policy_changed');
  });

  test('whom only the extension asks may read the request', () => {
    const byAuditors = {
      ...staged,
      extension: { maxTotalSeconds: 7200, approval: { stages: [stage('managers')], withinSeconds: 600 } },
    };
    const manager = principal('manager', ['managers']);
    expect(isReader(granted(), at(manager, 70, byAuditors))).toBe(false);
    const state = after(granted(), more(), at(engineer, 60, byAuditors));
    expect(isReader(state, at(manager, 70, byAuditors))).toBe(true);
    expect(outcome(decide(state, YES, at(manager, 70, byAuditors)))).toBe('request.approved');
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
