import { describe, expect, test } from '@jest/globals';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { ONE_OF_EACH, faultsIn, noFiles } from '../../support/access-file.ts';

const parse = (members: string) =>
  parseAccess(
    `${ONE_OF_EACH}entitlements:
  admin:
    role: { account: prod, name: Admin }
    requesters: { groups: [sre] }
    maxDuration: 1h
${members.replaceAll(/^/gm, '    ')}
chat:
  slack: { appId: A0123, teamId: T0123, signingSecrets: [env:SIGNING], botToken: env:TOKEN }
`,
    noFiles,
  ).entitlements[0];

const faultsOf = (members: string): readonly string[] => faultsIn(() => parse(members));

const STAGED = 'approval: { stages: [{ from: { groups: [leads] } }, { from: { groups: [leads, security] } }] }';
const leads = { from: { groups: ['okta:leads'] }, count: 1 };

describe('an extension', () => {
  test('is as the request, where nothing is said of it', () => {
    expect(parse(STAGED)).not.toHaveProperty('extension');
    const written = parse(`${STAGED}\nextension: {}`);
    expect(written?.extension).toEqual({ maxTotalSeconds: 3600, approval: written?.approval });
  });

  test('has an approval and a length of its own', () => {
    const own = 'extension: { maxTotal: 4h, approval: { stages: [{ from: { groups: [leads] } }] } }';
    expect(parse(`approval: auto\n${own}`)?.extension).toEqual({
      maxTotalSeconds: 4 * 3600,
      approval: { stages: [leads], withinSeconds: 86_400 },
    });
    expect(parse(`${STAGED}\nextension: { approval: auto }`)?.extension?.approval).toBe('auto');
  });

  test('is no shorter than what it extends, and escalates in time', () => {
    expect(faultsOf('approval: auto\nextension: { maxTotal: 59m }')).toEqual([
      'entitlements.admin.extension.maxTotal too_short',
    ]);
    const late = '{ stages: [{ from: { groups: [a] } }], within: 5m, escalation: { after: 5m, to: { groups: [b] } } }';
    expect(faultsOf(`approval: auto\nextension: { approval: ${late} }`)).toEqual([
      'entitlements.admin.extension.approval.escalation.after too_late',
    ]);
  });
});

describe('break-glass', () => {
  test('is none, unless it is written', () => {
    expect(parse('approval: auto')).not.toHaveProperty('breakGlass');
  });

  test('is short, rare, and reviewed by the approvers of all stages, unless it says otherwise', () => {
    expect(parse(`${STAGED}\nbreakGlass: { requesters: { groups: [oncall-sre] } }`)?.breakGlass).toEqual({
      requesters: { groups: ['okta:oncall-sre'] },
      maxDurationSeconds: 3600,
      issuesPerHour: 6,
      reviewWithinSeconds: 86_400,
      reviewers: { groups: ['okta:leads', 'okta:security'] },
      notify: [],
    });
  });

  test('says otherwise', () => {
    const all =
      "breakGlass: { requesters: { groups: [a] }, maxDuration: 15m, issuesPerHour: 2, reviewWithin: 4h, reviewers: { people: ['okta:x'] }, notify: ['slack:#security'] }";
    expect(parse(`approval: auto\n${all}`)?.breakGlass).toMatchObject({
      maxDurationSeconds: 900,
      issuesPerHour: 2,
      reviewWithinSeconds: 4 * 3600,
      reviewers: { groups: [], people: [{ provider: 'okta', issuer: 'https://idp.example.com', subject: 'x' }] },
      notify: ['slack:#security'],
    });
  });

  test.each([
    ['slack:#security', undefined],
    ['slack:C0123456789', undefined],
    ['teams:19:abc@thread.tacv2', 'not_configured'],
    ['mail:security@example.com', 'not_configured'],
    ['#security', 'invalid_format'],
    ['slack:security', 'invalid_format'],
    ['slack:', 'invalid_format'],
    ['irc:#security', 'invalid_format'],
  ])('attack: is told to nobody in silence: %s', (notify, code) => {
    const written = `approval: auto\nbreakGlass: { requesters: { groups: [a] }, reviewers: { groups: [b] }, notify: ['${notify}'] }`;
    if (code === undefined) expect(parse(written)?.breakGlass?.notify).toEqual([notify]);
    else expect(faultsOf(written)).toEqual([`entitlements.admin.breakGlass.notify[0] ${code}`]);
  });

  test('people who approve by name review by name', () => {
    const named = "approval: { stages: [{ from: { people: ['okta:x'] } }] }";
    expect(parse(`${named}\nbreakGlass: { requesters: { groups: [a] } }`)?.breakGlass?.reviewers).toEqual({
      groups: [],
      people: [{ provider: 'okta', issuer: 'https://idp.example.com', subject: 'x' }],
    });
  });

  test('is reviewed by the revokers where nobody approves, and is a fault where there are none either', () => {
    const glass = 'breakGlass: { requesters: { groups: [a] } }';
    expect(parse(`approval: auto\nrevokers: { groups: [security] }\n${glass}`)?.breakGlass?.reviewers).toEqual({
      groups: ['okta:security'],
    });
    expect(faultsOf(`approval: auto\n${glass}`)).toEqual(['entitlements.admin.breakGlass no_reviewers']);
  });
});
