import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CompiledAccess } from '../../../../lib/config/access.ts';
import { parseAccess } from '../../../../lib/config/access-file.ts';
import { type Difference, diffAccess } from '../../../../lib/config/policy/diff.ts';
import { policyVersion } from '../../../../lib/config/policy-version.ts';
import { abilityText, durationText, settingText } from '../../../../lib/config/policy/wording.ts';
import { OPTIONS, compiled, line, written } from './written.ts';

const STAGED =
  'approval: { stages: [{ from: { groups: [okta:leads] }, count: 2 }, { from: { groups: [okta:security] } }] }';

const EXTENDED = `extension: { maxTotal: 2h, ${STAGED} }`;

const differing = (from: string, to: string): readonly string[] =>
  diffAccess(compiled(from), compiled(to)).map(({ place, path, effect, who = '' }) =>
    `${place} ${path} ${effect} ${who}`.trimEnd(),
  );

describe('the difference of two policies', () => {
  test('is nothing where the same rules are written otherwise', () => {
    expect(
      differing(
        line('x', 'requesters: { groups: [okta:a, okta:b] }, maxDuration: 1h') + line('y'),
        line('y', 'justification: { minLength: 10 }') +
          line('x', 'maxDuration: 60m, requesters: { groups: [okta:b, okta:a] }'),
      ),
    ).toStrictEqual([]);
  });

  test('is who gains and who loses, by group', () => {
    expect(
      differing(
        line('x', `requesters: { groups: [okta:a, okta:b] }, ${STAGED}, revokers: { groups: [okta:c] }`),
        line('x', `requesters: { groups: [okta:b, okta:d] }, ${STAGED.replace('leads', 'chiefs')}`),
      ),
    ).toEqual([
      'entitlements.x approval.stages[0].from gains okta:chiefs',
      'entitlements.x approval.stages[0].from loses okta:leads',
      'entitlements.x requesters loses okta:a',
      'entitlements.x requesters gains okta:d',
      'entitlements.x revokers loses okta:c',
    ]);
  });

  test('of a new entitlement is what it is, and who gains it; of one that is gone, who loses it', () => {
    const [was, is] = [line('x'), line('x') + line('y', STAGED)];
    expect(differing(was, is)).toEqual([
      'entitlements.y  gains',
      'entitlements.y approval.stages[0].from gains okta:leads',
      'entitlements.y approval.stages[1].from gains okta:security',
      'entitlements.y requesters gains okta:sre',
    ]);
    expect(differing(is, was).every((each) => each.includes('loses'))).toBe(true);
    expect(diffAccess(compiled(was), compiled(is))[0]).toMatchObject({ to: { maxDurationSeconds: 3600 } });
  });

  test('of a rota is another order too: it says whose turn it is', () => {
    const rota = (people: string): CompiledAccess =>
      parseAccess(
        written(
          line('x', 'requesters: { groups: [oncall:sre] }'),
          `onCall: { sre: { type: rota, people: [${people}], start: 2026-01-05T09:00, turnDays: 7, timezone: Europe/Berlin } }\n`,
        ),
        OPTIONS,
      );
    expect(diffAccess(rota('a@example.com, b@example.com'), rota('b@example.com, a@example.com'))).toMatchObject([
      { place: 'onCall.sre', path: 'people', effect: 'changes' },
    ]);
  });

  test('names who may read everything', () => {
    const was = compiled(line('x'));
    expect(diffAccess(was, { ...was, auditors: { groups: ['okta:others'] } })).toEqual([
      { place: '', path: 'auditors', who: 'ci:deployers', effect: 'loses' },
      { place: '', path: 'auditors', who: 'okta:auditors', effect: 'loses' },
      { place: '', path: 'auditors', who: 'okta:others', effect: 'gains' },
    ]);
  });
});

describe('what a member’s change does for the requesters', () => {
  test.each<readonly [from: string, to: string, path: string]>([
    ['maxDuration: 1h', 'maxDuration: 2h', 'maxDurationSeconds'],
    ['requires: { mfa: true }', '', 'requires.mfa'],
    ['requires: { authenticatedWithin: 5m }', '', 'requires.authenticatedWithinSeconds'],
    [
      'requires: { authenticatedWithin: 5m }',
      'requires: { authenticatedWithin: 6m }',
      'requires.authenticatedWithinSeconds',
    ],
    ['requires: { sameDevice: true }', '', 'requires.sameDevice'],
    ['justification: { minLength: 20 }', '', 'justification.minLength'],
    ['limits: { issuesPerHour: 1 }', '', 'limits.issuesPerHour'],
    ['groupsMaxAge: 1h', '', 'groupsMaxAgeSeconds'],
    ['session: { max: 15m }', '', 'session.maxSeconds'],
    ['session: { tail: refuse }', '', 'session.tail'],
    ['', 'session: { chaining: true }', 'session.chaining'],
    ['session: { revokeOnEnd: true }', '', 'session.revokeOnEnd'],
    [STAGED, STAGED.replace('count: 2', 'count: 1'), 'approval.stages[0].count'],
    [EXTENDED, EXTENDED.replace('count: 2', 'count: 1'), 'extension.approval.stages[0].count'],
    ["ticket: { pattern: '^A$' }", "ticket: { pattern: '^A$', required: false }", 'ticket.required'],
  ])('%s, then %s: more, and less the other way', (from, to, path) => {
    const [a, b] = [line('x', from), line('x', to)];
    expect(differing(a, b)).toEqual([`entitlements.x ${path} gains`]);
    expect(differing(b, a)).toEqual([`entitlements.x ${path} loses`]);
  });

  test.each<readonly [from: string, to: string, path: string]>([
    ['', 'role: { account: prod, name: Other }', 'roleArn'],
    ["ticket: { pattern: '^A$' }", "ticket: { pattern: '^B$' }", 'ticket.pattern'],
    ['', 'title: Another', 'title'],
  ])('%s, then %s: neither', (from, to, path) => {
    expect(differing(line('x', from), line('x', to))).toEqual([`entitlements.x ${path} changes`]);
  });

  test('automatic approval is more than any stage', () => {
    expect(differing(line('x', STAGED), line('x'))).toContain('entitlements.x approval gains');
    expect(differing(line('x'), line('x', STAGED))).toContain('entitlements.x approval loses');
  });
});

const members = fc
  .tuple(
    fc.constantFrom('approval: auto', STAGED, STAGED.replace('count: 2', 'count: 1')),
    fc.constantFrom('maxDuration: 1h', 'maxDuration: 90m'),
    fc.constantFrom('requesters: { groups: [okta:a] }', 'requesters: { groups: [okta:b, okta:a] }'),
    fc.constantFrom('title: A', 'title: B', 'requires: { mfa: true }', 'revokers: { groups: [okta:z] }'),
    fc.constantFrom('session: { tail: refuse }', 'session: { max: 20m }', 'groupsMaxAge: 1h'),
  )
  .map((parts) => parts.join(', '));

const policies: fc.Arbitrary<CompiledAccess> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('p', 'q', 'r'), members), { selector: ([id]) => id, minLength: 1 })
  .map((entitlements) => compiled(entitlements.map(([id, text]) => line(id, text)).join('')));

const mirrored = ({ from, to, effect, ...rest }: Difference): Difference => ({
  ...rest,
  effect: ({ gains: 'loses', loses: 'gains', changes: 'changes' } as const)[effect],
  ...(to !== undefined && { from: to }),
  ...(from !== undefined && { to: from }),
});

const sortedTexts = (differences: readonly Difference[]): readonly string[] =>
  differences
    .map(({ place, path, who, effect, from, to }) => JSON.stringify([place, path, who, effect, from, to]))
    .toSorted();

describe('of any two policies', () => {
  test('nothing differs exactly when they are the same', () => {
    fc.assert(
      fc.property(policies, policies, (a, b) => {
        expect(diffAccess(a, a)).toStrictEqual([]);
        if (policyVersion(a) !== policyVersion(b)) expect(diffAccess(a, b)).not.toStrictEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  test('what the one gains the other loses', () => {
    fc.assert(
      fc.property(policies, policies, (a, b) => {
        expect(sortedTexts(diffAccess(a, b).map(mirrored))).toEqual(sortedTexts(diffAccess(b, a)));
      }),
      { numRuns: 50 },
    );
  });
});

describe('in words', () => {
  test('people are said by what they may do', () => {
    expect(abilityText('requesters')).toBe('may request it');
    expect(abilityText('approval.stages[1].from')).toBe('may approve at stage 2');
    expect(abilityText('something.new')).toBe('something.new');
  });

  test('members are said as access.yml writes them', () => {
    expect(settingText({ path: 'maxDurationSeconds', from: 5400, to: 3600 })).toBe('maxDuration 90m → 1h');
    expect(settingText({ path: 'requires.mfa', from: true, to: undefined })).toBe('requires.mfa true → none');
    expect(settingText({ path: 'title', from: 'A', to: 'B' })).toBe('title A → B');
  });

  test.each([
    [1, '1s'],
    [61, '61s'],
    [90 * 60, '90m'],
    [86_400, '1d'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
