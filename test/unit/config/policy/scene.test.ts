import { describe, expect, test } from '@jest/globals';
import { type Scene, rulesOf, verdictOf } from '../../../../lib/config/policy/scene.ts';
import { compiled, line } from './written.ts';

const NOON = '2026-03-02T12:00:00.000Z';

const STAGED =
  'approval: { stages: [{ from: { groups: [okta:leads] }, count: 2 }, { from: { groups: [okta:security] } }], within: 1h }';

const policy = compiled(
  [
    line('read'),
    line('admin', `${STAGED}, maxDuration: 1h, ticket: { pattern: '^OPS-[0-9]+$' }, requires: { mfa: true }`),
    line('daily', `${STAGED}, hours: { timezone: Europe/Berlin, days: [mon], from: '08:00', to: '20:00' }`),
    line(
      'glass',
      `${STAGED}, ticket: { pattern: '^OPS-[0-9]+$' }, hours: { timezone: Europe/Berlin, days: [sun], from: '08:00', to: '20:00' }, breakGlass: { requesters: { groups: [okta:oncall] }, maxDuration: 30m }`,
    ),
    line('named', 'approval: { stages: [{ from: { people: [okta:00u1, okta:00u2] }, count: 2 }] }'),
    line('deploy', 'requesters: { groups: [ci:deployers] }'),
    line('cloned', 'requires: { sameDevice: true, authenticatedWithin: 15m }'),
  ].join(''),
);

const saidOf = (entitlementId: string, scene: Partial<Scene>): string => {
  const { against } = verdictOf(
    rulesOf(policy, { act: 'request', as: { groups: ['okta:sre'] }, entitlementId, at: NOON, ...scene }),
  );
  return against ? `${against.refusal?.code ?? ''} ${against.rule}` : 'allowed';
};

describe('asking', () => {
  test.each<readonly [string, Partial<Scene>, string]>([
    ['read', {}, 'allowed'],
    ['read', { as: { groups: ['okta:others'] } }, 'not_eligible eligible'],
    ['gone', {}, 'not_eligible eligible'],
    ['read', { durationSeconds: 3600 }, 'allowed'],
    ['read', { durationSeconds: 3601 }, 'invalid_input duration'],
    ['read', { justification: 'short' }, 'invalid_input justification'],
    ['read', { startAt: '2026-03-02T11:59:59.000Z' }, 'invalid_input start'],
    ['read', { as: { groups: ['okta:sre'], groupsAgeSeconds: 4 * 3600 } }, 'allowed'],
    ['read', { as: { groups: ['okta:sre'], groupsAgeSeconds: 4 * 3600 + 1 } }, 'step_up_required groupsFresh'],
    ['admin', { as: { groups: ['okta:sre'], mfa: true } }, 'invalid_input ticket'],
    ['admin', { as: { groups: ['okta:sre'], mfa: true }, ticket: 'OPS-1' }, 'allowed'],
    ['admin', { ticket: 'OPS-1' }, 'step_up_required mfa'],
    ['daily', {}, 'allowed'],
    ['daily', { at: '2026-03-03T12:00:00.000Z' }, 'outside_hours hours'],
    ['glass', { breakGlass: true }, 'not_eligible eligible'],
    ['glass', { breakGlass: true, as: { groups: ['okta:oncall'] } }, 'allowed'],
    ['glass', { breakGlass: true, as: { groups: ['okta:oncall'] }, durationSeconds: 1801 }, 'invalid_input duration'],
    ['read', { breakGlass: true }, 'not_eligible eligible'],
    ['deploy', { as: { groups: ['ci:deployers'] } }, 'allowed'],
    ['cloned', { as: { groups: ['okta:sre'], byDevice: true } }, 'step_up_required sameDevice'],
    ['cloned', { as: { groups: ['okta:sre'], signedInAgoSeconds: 901 } }, 'step_up_required signInAge'],
  ])('%s with %j: %s', (entitlementId, scene, said) => {
    expect(saidOf(entitlementId, scene)).toBe(said);
  });

  test('what only the ledger knows is not evaluated, and stands in nobody’s way', () => {
    const rules = rulesOf(policy, { act: 'request', as: { groups: ['okta:sre'] }, entitlementId: 'read', at: NOON });
    expect(rules.find(({ rule }) => rule === 'noHold')?.outcome).toBe('notEvaluated');
    expect(verdictOf(rules).allowed).toBe(true);
  });
});

describe('approving somebody’s request', () => {
  const approving = (group: string, scene: Partial<Scene> = {}): string =>
    saidOf('admin', { act: 'approve', as: { groups: [group] }, ...scene });

  test.each([
    ['okta:leads', 'allowed'],
    ['okta:security', 'allowed'],
    ['okta:sre', 'not_an_approver approver'],
    ['ci:deployers', 'not_an_approver approver'],
  ])('as %s, when their stage has come: %s', (group, said) => {
    expect(approving(group)).toBe(said);
  });

  test('is too late when nobody waits any more', () => {
    expect(approving('okta:leads', { waitedSeconds: 3599 })).toBe('allowed');
    expect(approving('okta:leads', { waitedSeconds: 3600 })).toBe('wrong_status pending');
  });

  test('may come at any hour', () => {
    const lead: Partial<Scene> = { act: 'approve', as: { groups: ['okta:leads'] } };
    expect(saidOf('daily', { ...lead, at: '2026-03-03T12:00:00.000Z' })).toBe('allowed');
  });

  test('is for those who are named', () => {
    const saidBy = (subject: string): string => saidOf('named', { act: 'approve', as: { groups: [], subject } });
    expect(saidBy('okta:00u1')).toBe('allowed');
    expect(saidBy('okta:00u3')).toBe('not_an_approver approver');
  });

  test('makes no sense where approval is automatic', () => {
    expect(saidOf('read', { act: 'approve', as: { groups: ['okta:leads'] } })).toBe('not_an_approver approver');
  });
});

describe('credentials of an approved request', () => {
  const issuing = (scene: Partial<Scene> = {}): string =>
    saidOf('admin', { act: 'issue', as: { groups: ['okta:sre'], mfa: true }, ...scene });

  test('are issued to whoever is eligible still', () => {
    expect(issuing()).toBe('allowed');
    expect(issuing({ as: { groups: ['okta:others'], mfa: true } })).toBe('not_eligible eligible');
    expect(issuing({ as: { groups: ['okta:sre'] } })).toBe('step_up_required mfa');
  });

  test('are issued within hours, after everybody who is named said yes', () => {
    const requester: Partial<Scene> = { act: 'issue', as: { groups: ['okta:sre'] } };
    expect(saidOf('daily', requester)).toBe('allowed');
    expect(saidOf('daily', { ...requester, at: '2026-03-02T19:00:00.000Z' })).toBe('outside_hours hours');
    expect(saidOf('named', requester)).toBe('allowed');
  });

  test('are issued under break-glass without a yes, at any hour', () => {
    const onCall: Partial<Scene> = { act: 'issue', as: { groups: ['okta:oncall'] }, breakGlass: true };
    expect(saidOf('glass', onCall)).toBe('allowed');
    expect(saidOf('glass', { ...onCall, waitedSeconds: 1800 })).toBe('grant_over window');
  });

  test('are issued until the grant is over', () => {
    expect(issuing({ waitedSeconds: 3599 })).toBe('allowed');
    expect(issuing({ waitedSeconds: 3600 })).toBe('grant_over window');
    expect(issuing({ waitedSeconds: 60, durationSeconds: 60 })).toBe('grant_over window');
  });
});
