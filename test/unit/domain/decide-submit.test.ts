import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Context, Submit } from '../../../lib/domain/command.ts';
import { submit, submitRules } from '../../../lib/domain/decide-submit.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { NO_STANDING } from '../../../lib/domain/standing.ts';
import { NOON, ask, context, engineer, entitlement, noon, outsider, stage, words } from '../../support/builders.ts';
import { eventOf, outcome, refusalOf, told } from './outcome.ts';

const at = (overrides: Partial<Entitlement> = {}, now = NOON): Context =>
  context(engineer, now, [entitlement(overrides)]);
const faultOf = (command: Submit, where: Context): unknown => refusalOf(submit(command, where)).faults?.[0];

describe('asking', () => {
  test('makes a request that waits for its stages until the time access.yml gives', () => {
    const stages = [stage('sre-leads'), stage('security', 2)];
    const event = eventOf(submit(ask(), at({ approval: { stages, withinSeconds: 1800 } })));
    expect(event).toStrictEqual({
      type: 'request.submitted',
      data: {
        requestId: ask().requestId,
        entitlementId: 'prod-admin',
        snapshot: {
          accountId: '111122223333',
          roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
          session: entitlement().session,
        },
        justification: words('why'),
        durationSeconds: 3600,
        autoApproved: false,
        stages,
        pendingUntil: noon(1800),
        revokers: { groups: ['okta:security'] },
      },
    });
  });

  test('with automatic approval makes a request that is approved in the same breath', () => {
    const { data } = eventOf(submit(ask(), at({ approval: 'auto' })));
    expect(data).toMatchObject({ autoApproved: true, stages: [] });
    expect(data).not.toHaveProperty('pendingUntil');
  });

  test('keeps who may revoke it: those of the entitlement and those of all', () => {
    const under = (more: object) => {
      const asking = at({ revokers: { groups: ['okta:owners'] } });
      return eventOf(submit(ask(), { ...asking, policy: { ...asking.policy, ...more } })).data;
    };
    expect(under({})).toMatchObject({ revokers: { groups: ['okta:owners', 'okta:security'] } });
    expect(under({ revokers: { groups: ['okta:ops'] } })).toMatchObject({
      revokers: { groups: ['okta:owners', 'okta:ops'] },
    });
    const nobody = at({ revokers: { groups: [] } });
    const { data } = eventOf(submit(ask(), { ...nobody, policy: { ...nobody.policy, revokers: { groups: [] } } }));
    expect(data).not.toHaveProperty('revokers');
  });

  test('keeps the ticket and the start as they were given', () => {
    const event = eventOf(submit(ask({ ticket: 'OPS-1', startAt: noon(60) }), at()));
    expect(event.data).toMatchObject({ ticket: 'OPS-1', startAt: noon(60) });
  });

  test('says of a bundle which requests were asked for together', () => {
    const bundle = { id: 'b_1', requestIds: [ask().requestId, 'r_BBBBBBBBBBBBBBBBBBBBBBBBBB'] };
    expect(eventOf(submit(ask({ bundle }), at())).data).toMatchObject({ bundle });
    expect(eventOf(submit(ask(), at())).data).not.toHaveProperty('bundle');
  });

  test('never puts the words themselves into the event', () => {
    expect(JSON.stringify(eventOf(submit(ask(), at())))).not.toContain(ask().justification.text);
  });

  test('satisfies every rule, each told in its order', () => {
    expect(told(submitRules(ask(), at()))).toEqual(
      [
        'eligible',
        'policyActive',
        'noHold',
        'duration',
        'justification',
        'ticket',
        'scope',
        'start',
        'hours',
        'groupsFresh',
        'mfa',
        'signInAge',
        'sameDevice',
        'openRequests',
      ].map((rule) => `${rule}: satisfied`),
    );
  });

  test('is refused while as many requests of theirs are open as may be, unless it is approved at once', () => {
    const reservation = { requestId: 'r', breakGlass: false, at: NOON, until: noon(60) };
    const full = { standing: { ...NO_STANDING, reservations: Array.from({ length: 20 }, () => reservation) } };
    expect(refusalOf(submit(ask(), { ...at(), ...full }))).toMatchObject({
      code: 'limit_reached',
      retryAfterSeconds: 60,
    });
    const auto = context(engineer, NOON, [entitlement({ approval: 'auto' })]);
    expect(outcome(submit(ask(), { ...auto, ...full }))).toBe('request.submitted');
  });
});

describe('asking for what is not theirs', () => {
  test('is refused in the same way whether it exists or not', () => {
    const [theirs, none] = [ask(), ask({ entitlementId: 'prod-none' })].map((command) =>
      refusalOf(submit(command, context(outsider))),
    );
    expect([theirs?.code, none?.code]).toEqual(['not_eligible', 'not_eligible']);
    expect(theirs?.reason.replace('prod-admin', '')).toBe(none?.reason.replace('prod-none', ''));
  });

  test('tells nothing of the entitlement’s own rules', () => {
    expect(told(submitRules(ask(), context(outsider)))).toEqual(['eligible: notSatisfied']);
  });
});

describe('the duration', () => {
  test('may be the whole of what access.yml allows, and not a second more', () => {
    expect(outcome(submit(ask({ durationSeconds: 3600 }), at()))).toBe('request.submitted');
    expect(faultOf(ask({ durationSeconds: 3601 }), at())).toMatchObject({
      pointer: '/durationSeconds',
      code: 'too_long',
    });
  });
});

describe('the justification', () => {
  const ten = at({ justification: { minLength: 10 } });
  const because = (text: string): Submit => ask({ justification: { text, ref: words('why') } });

  test('may be just long enough', () => {
    expect(outcome(submit(because('0123456789'), ten))).toBe('request.submitted');
    expect(faultOf(because('012345678'), ten)).toMatchObject({ pointer: '/justification', code: 'too_short' });
  });

  test('is not made longer by blanks around it', () => {
    expect(faultOf(because('  012345678  '), ten)).toMatchObject({ code: 'too_short' });
  });

  test('is counted in characters, not in halves of them', () => {
    expect(faultOf(because('🎩'.repeat(9)), ten)).toMatchObject({ code: 'too_short' });
    expect(outcome(submit(because('🎩'.repeat(10)), ten))).toBe('request.submitted');
  });
});

describe('the ticket', () => {
  const required = at({ ticket: { pattern: '^OPS-[0-9]+$', required: true } });
  const optional = at({ ticket: { pattern: '^OPS-[0-9]+$', required: false } });

  test('is required only where access.yml says so', () => {
    expect(faultOf(ask(), required)).toMatchObject({ pointer: '/ticket', code: 'required' });
    expect(outcome(submit(ask(), optional))).toBe('request.submitted');
    expect(outcome(submit(ask(), at()))).toBe('request.submitted');
  });

  test.each([required, optional])('is of the form that access.yml gives, also where it is optional', (where) => {
    expect(outcome(submit(ask({ ticket: 'OPS-42' }), where))).toBe('request.submitted');
    expect(faultOf(ask({ ticket: 'OPS-x' }), where)).toMatchObject({ pointer: '/ticket', code: 'invalid_format' });
  });

  test('without a form may be anything that a session tag may be', () => {
    expect(outcome(submit(ask({ ticket: 'Größe 1_.:/=+-@' }), at()))).toBe('request.submitted');
    expect(outcome(submit(ask({ ticket: 'x'.repeat(128) }), at()))).toBe('request.submitted');
  });

  test.each(['', 'x'.repeat(129), 'a\nb', 'a\u0000b', 'a*b', 'a"b', '\ud800'])(
    'that is no value for a session tag is refused: %j',
    (ticket) => {
      expect(faultOf(ask({ ticket }), at())).toMatchObject({ pointer: '/ticket', code: 'invalid_format' });
    },
  );

  test('attack: a form that is satisfied does not excuse what STS would refuse', () => {
    const loose = at({ ticket: { pattern: '^OPS', required: true } });
    expect(faultOf(ask({ ticket: 'OPS-1\u0000' }), loose)).toMatchObject({ code: 'invalid_format' });
  });

  test('is described by what access.yml asks', () => {
    const details = [required, optional, at()].map(
      (where) => submitRules(ask({ ticket: 'OPS-1' }), where).find(({ rule }) => rule === 'ticket')?.detail,
    );
    expect(new Set(details).size).toBe(3);
    expect(details[0]).toContain('^OPS-[0-9]+$');
    expect([/^Required\b/.test(details[0] ?? ''), /^Optional\b/.test(details[1] ?? '')]).toEqual([true, true]);
  });
});

describe('the start', () => {
  const month = 30 * 86_400;

  test('may be now, and not a millisecond earlier', () => {
    expect(outcome(submit(ask({ startAt: NOON }), at()))).toBe('request.submitted');
    expect(faultOf(ask({ startAt: noon(-0.001) }), at())).toMatchObject({ pointer: '/startAt', code: 'in_the_past' });
  });

  test('may be thirty days ahead, and not a millisecond later', () => {
    expect(outcome(submit(ask({ startAt: noon(month) }), at()))).toBe('request.submitted');
    expect(faultOf(ask({ startAt: noon(month + 0.001) }), at())).toMatchObject({
      pointer: '/startAt',
      code: 'too_far_ahead',
    });
  });

  test('is compared as an instant: an hour ago in another time zone is past', () => {
    expect(faultOf(ask({ startAt: '2026-03-02T12:59:59+01:00' }), at())).toMatchObject({ code: 'in_the_past' });
    expect(outcome(submit(ask({ startAt: '2026-03-02T11:00:00-01:00' }), at()))).toBe('request.submitted');
  });
});

describe('how sure one must be of who asks', () => {
  test('groups that are too old, too few factors and an old sign-in each want another sign-in', () => {
    expect(refusalOf(submit(ask(), at({ groupsMaxAgeSeconds: 60 }, noon(61))))).toMatchObject({
      code: 'step_up_required',
      stepUp: 'fresh',
    });
    expect(refusalOf(submit(ask(), at({ requires: { mfa: true } })))).toMatchObject({
      code: 'step_up_required',
      stepUp: 'mfa',
    });
    const recent = { requires: { mfa: false, authenticatedWithinSeconds: 60 } };
    expect(refusalOf(submit(ask(), at(recent, noon(61))))).toMatchObject({ code: 'step_up_required', stepUp: 'fresh' });
    expect(outcome(submit(ask(), at(recent, noon(60))))).toBe('request.submitted');
  });

  test('F2: a sign-in by device authorization asks for nothing that forbids it', () => {
    const requires = { mfa: false, sameDevice: true } as const;
    const byDevice = { ...at({ requires }), principal: { ...engineer, byDevice: true } } as const;
    expect(refusalOf(submit(ask(), byDevice))).toMatchObject({ code: 'step_up_required', stepUp: 'fresh' });
    expect(outcome(submit(ask(), at({ requires })))).toBe('request.submitted');
  });

  test('bad input speaks before another sign-in is asked for', () => {
    expect(outcome(submit(ask({ durationSeconds: 9999 }), at({ requires: { mfa: true } })))).toBe('invalid_input');
  });
});

test('whatever is asked for, a submission and its dry run agree', () => {
  const commands = fc.record({
    durationSeconds: fc.integer({ min: 1, max: 7200 }),
    text: fc.string({ maxLength: 30 }),
    ticket: fc.option(fc.constantFrom('OPS-1', 'x', '')),
    ahead: fc.option(fc.integer({ min: -10, max: 40 * 86_400 })),
  });
  fc.assert(
    fc.property(commands, ({ durationSeconds, text, ticket, ahead }) => {
      const command = ask({
        durationSeconds,
        justification: { text, ref: words('why') },
        ...(ticket === null ? {} : { ticket }),
        ...(ahead === null ? {} : { startAt: noon(ahead) }),
      });
      const allowed = submitRules(command, at()).every((rule) => rule.outcome === 'satisfied');
      expect('event' in submit(command, at())).toBe(allowed);
    }),
  );
});

describe('the hours', () => {
  const morning = at({ hours: { timezone: 'UTC', days: ['mon'], from: '08:00', to: '12:30' } });

  test('are asked of the start, which is now unless one is named', () => {
    expect(outcome(submit(ask(), morning))).toBe('request.submitted');
    expect(outcome(submit(ask({ startAt: noon(1799) }), morning))).toBe('request.submitted');
    expect(outcome(submit(ask({ startAt: noon(1800) }), morning))).toBe('outside_hours');
  });

  test('are told to whoever asks', () => {
    expect(submitRules(ask(), morning).find(({ rule }) => rule === 'hours')?.detail).toBe(
      'Within mon, 08:00 to 12:30, UTC.',
    );
  });
});
