import { describe, expect, test } from '@jest/globals';
import { parseAccess } from '../../../lib/config/access-file.ts';
import { ONE_OF_EACH, noFiles } from '../../support/access-file.ts';

const entitlementOf = (member: string) =>
  parseAccess(
    `${ONE_OF_EACH}entitlements:
  admin:
    role: { account: prod, name: Admin }
    requesters: { groups: [sre] }
    maxDuration: 1h
${member.replaceAll(/^/gm, '    ')}
`,
    noFiles,
  ).entitlements[0];

const ada = { provider: 'okta', issuer: 'https://idp.example.com', subject: '00u1:x' };

describe('approval', () => {
  test('by groups and by people, all stages at once, with whom it escalates to', () => {
    const text = `approval:
  stages:
    - { from: { groups: [leads], people: ['okta:00u1:x'] }, count: 2 }
    - { from: { people: ['okta:00u1:x'] } }
  parallel: true
  within: 1h
  escalation: { after: 15m, to: { groups: [managers] } }`;
    expect(entitlementOf(text)?.approval).toEqual({
      stages: [
        { from: { groups: ['okta:leads'], people: [ada] }, count: 2 },
        { from: { groups: [], people: [ada] }, count: 1 },
      ],
      parallel: true,
      withinSeconds: 3600,
      escalation: { afterSeconds: 900, to: { groups: ['okta:managers'] } },
    });
  });

  test('what is not said is not there: in order, to nobody else, nothing more of whoever says yes', () => {
    const plain = entitlementOf('approval: { stages: [{ from: { groups: [leads] } }] }');
    expect(plain?.approval).toEqual({
      stages: [{ from: { groups: ['okta:leads'] }, count: 1 }],
      withinSeconds: 86_400,
    });
    expect(plain).not.toHaveProperty('approverRequires');
  });

  test('what it asks of whoever says yes', () => {
    const text = 'approval: auto\napproverRequires: { mfa: true, authenticatedWithin: 15m, channel: portal }';
    expect(entitlementOf(text)?.approverRequires).toEqual({
      mfa: true,
      authenticatedWithinSeconds: 900,
      channel: 'portal',
    });
    expect(entitlementOf('approval: auto\napproverRequires: {}')?.approverRequires).toEqual({ mfa: false });
  });

  test('revokers may be people too', () => {
    expect(entitlementOf("approval: auto\nrevokers: { people: ['okta:00u1:x'] }")?.revokers).toEqual({
      groups: [],
      people: [ada],
    });
  });
});
