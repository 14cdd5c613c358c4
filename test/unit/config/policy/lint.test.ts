import { describe, expect, test } from '@jest/globals';
import { lintAccess } from '../../../../lib/config/policy/lint.ts';
import { OPTIONS, line, written } from './written.ts';

const warningsOf = (entitlements: string, more?: string): readonly string[] => {
  const { faults, warnings } = lintAccess(written(entitlements, more), OPTIONS);
  expect(faults).toStrictEqual([]);
  return warnings.map(({ path, code }) => `${path} ${code}`);
};

const stages = (...groups: readonly string[]): string =>
  `approval: { stages: [${groups.map((each) => `{ from: { groups: [${each}] } }`).join(', ')}] }`;

describe('lint', () => {
  test('has nothing to say of a policy that is in order', () => {
    expect(warningsOf(line('read') + line('write', stages('okta:leads')))).toStrictEqual([]);
  });

  test('says each fault with its place, and looks for nothing odd then', () => {
    const text = written(line('read', 'maxDuration: long') + line('admin', 'role: { account: prod, name: Admin }'));
    const { faults, warnings } = lintAccess(text, OPTIONS);
    expect(faults).toMatchObject([{ line: 10, path: 'entitlements.read.maxDuration', code: 'invalid_duration' }]);
    expect(warnings).toStrictEqual([]);
  });

  test('says where what is odd stands, in the order of the file', () => {
    const { warnings } = lintAccess(
      written(line('read') + line('admin', 'role: { account: prod, name: Admin }'), '').replace(
        'accounts:\n',
        "accounts:\n  spare: { id: '444455556666', region: eu-west-1 }\n",
      ),
      { ...OPTIONS, file: 'infra/access.yml' },
    );
    expect(warnings).toMatchObject([
      { file: 'infra/access.yml', line: 6, column: 3, path: 'accounts.spare', code: 'unused_account' },
      { file: 'infra/access.yml', line: 12, column: 12, path: 'entitlements.admin.role', code: 'admin_without_mfa' },
    ]);
  });
});

describe('lint finds odd', () => {
  test.each<readonly [string, string, readonly string[]]>([
    [
      'a group of workloads that has none in it',
      line('x', 'requesters: { groups: [ci:nobody] }'),
      ['entitlements.x.requesters nobody_may_ask'],
    ],
    [
      'workloads that would need a second factor',
      line('x', 'requesters: { groups: [ci:deployers] }, requires: { mfa: true }'),
      ['entitlements.x.requesters nobody_may_ask'],
    ],
    [
      'a stage that only workloads could approve',
      line('x', stages('okta:leads', 'ci:deployers')),
      ['entitlements.x.approval.stages[1].from nobody_may_approve'],
    ],
    [
      'a stage whose only approvers are the requesters',
      line('x', stages('okta:sre')),
      ['entitlements.x.approval.stages[0].from approvers_are_requesters'],
    ],
    [
      'a stage some of whose approvers are requesters',
      line('x', stages('okta:sre, okta:leads')),
      ['entitlements.x.approval.stages[0].from approvers_among_requesters'],
    ],
    [
      'a stage that names fewer people than it needs',
      line('x', 'approval: { stages: [{ from: { people: [okta:00u1] }, count: 2 }] }'),
      ['entitlements.x.approval.stages[0].from nobody_may_approve'],
    ],
    [
      'break-glass that nobody hears of, and that its requesters review',
      line('x', 'breakGlass: { requesters: { groups: [okta:sre] }, reviewers: { groups: [okta:sre] } }'),
      ['entitlements.x.breakGlass break_glass_unheard', 'entitlements.x.breakGlass reviewers_are_requesters'],
    ],
    [
      'a role that two entitlements lend',
      line('x') + line('y', 'role: { account: prod, name: Role-x }'),
      ['entitlements.y.role role_twice'],
    ],
    [
      'a mighty role without a second factor',
      line('x', 'role: { account: prod, name: DatabaseAdministrator }'),
      ['entitlements.x.role admin_without_mfa'],
    ],
    [
      'a grant too short for a session that is never cut',
      line('x', 'maxDuration: 14m, session: { tail: refuse }'),
      ['entitlements.x.maxDuration never_issued'],
    ],
  ])('%s', (_name, entitlements, warnings) => {
    expect(warningsOf(entitlements)).toEqual(warnings);
  });

  test('no break-glass of which its reviewers hear in their channel, by mail, or alone', () => {
    const glass = (reviewers: string) =>
      line('x', `breakGlass: { requesters: { groups: [okta:sre] }, reviewers: { ${reviewers} } }`);
    const mail = (group: string) =>
      `chat: { mail: { from: a@example.com, channels: [{ approvers: [${group}], channel: b@example.com }] } }\n`;
    expect(warningsOf(glass('groups: [okta:security]'), mail('okta:security'))).toStrictEqual([]);
    expect(warningsOf(glass('groups: [okta:leads], people: [okta:00u1]'), mail('okta:security'))).toStrictEqual([]);
    const unheard = ['entitlements.x.breakGlass break_glass_unheard'];
    expect(warningsOf(glass('groups: [okta:security]'), mail('okta:leads'))).toEqual(unheard);
    expect(warningsOf(glass('groups: [okta:leads], people: [okta:00u1]'))).toEqual(unheard);
  });

  test('accounts of several partitions, and mail where SES is not', () => {
    const china = (text: string) => text.replace('region: eu-west-1', 'region: cn-north-1, partition: aws-cn');
    const gov = "  gov: { id: '444455556666', region: us-gov-west-1, partition: aws-us-gov }\n";
    const mail =
      'chat: { mail: { from: a@example.com, channels: [{ approvers: [okta:sre], channel: b@example.com }] } }\n';
    const text = written(line('x') + line('y', 'role: { account: gov, name: Reader }'), mail);
    const found = (access: string) => lintAccess(access, OPTIONS).warnings.map(({ path, code }) => `${path} ${code}`);
    const both = text.replace('auditors:', `${gov}auditors:`);
    expect(found(both)).toEqual(['accounts.gov another_partition']);
    expect(found(china(both))).toEqual(['accounts.gov another_partition', 'chat.mail no_mail_there']);
    expect(found(china(written(line('x'), mail)))).toEqual(['chat.mail no_mail_there']);
    expect(found(written(line('x'), mail))).toStrictEqual([]);
  });

  test('a provider that vouches for nobody who matters', () => {
    const text = written(line('x')).replace('okta:auditors, ci:deployers', 'okta:auditors');
    expect(lintAccess(text, OPTIONS).warnings).toMatchObject([
      { path: 'identityProviders[1]', code: 'unused_provider' },
    ]);
  });

  test('no provider whose people are on call', () => {
    const services = `onCall: { sre: { type: rota, people: [a@example.com], start: 2026-01-05T09:00, turnDays: 7, timezone: Europe/Berlin } }\n`;
    const text = written(line('x', 'requesters: { groups: [oncall:sre] }'), services).replace('okta:auditors, ', '');
    expect(lintAccess(text, OPTIONS)).toEqual({ faults: [], warnings: [] });
  });

  test('a service that nobody asks', () => {
    const services = `onCall: { sre: { type: rota, people: [a@example.com], start: 2026-01-05T09:00, turnDays: 7, timezone: Europe/Berlin } }
tickets: { jira: { type: jira, url: https://jira.example.com } }
`;
    expect(warningsOf(line('x'), services)).toEqual(['onCall.sre unused_on_call', 'tickets.jira unused_tickets']);
    const asking =
      "requesters: { groups: [oncall:sre] }, ticket: { pattern: '^A$', check: { with: jira, assigned: true } }";
    expect(warningsOf(line('x', asking), services)).toStrictEqual([]);
  });

  describe('an audience of IAM roles’ proofs that other servers may have', () => {
    const text = (audience: string) =>
      written(line('x', 'requesters: { groups: [fleet:reports] }')).replace(
        'accounts:',
        `  - { id: fleet, type: aws-workload, audience: '${audience}', regions: [eu-west-1], roles: [{ account: '444455556666', name: report }], groups: [reports] }
accounts:`,
      );
    const found = (audience: string, host?: string) =>
      lintAccess(text(audience), OPTIONS, host).warnings.map(({ path, code }) => `${path} ${code}`);
    const ODD = ['identityProviders[2].audience audience_not_own_host'];

    test.each(['hatcheck', 'https://hatcheck.example.com', 'localhost'])('that is no host: %s', (audience) => {
      expect(found(audience)).toEqual(ODD);
    });
    test('that is another host than ours', () => {
      expect(found('other.example.com', 'hatcheck.example.com')).toEqual(ODD);
      expect(found('hatcheck.example.com', 'hatcheck.example.com:8443')).toEqual(ODD);
    });
    test('but not our own', () => {
      expect(found('hatcheck.example.com')).toStrictEqual([]);
      expect(found('hatcheck.example.com', 'hatcheck.example.com')).toStrictEqual([]);
      expect(found('127.0.0.1:3000', '127.0.0.1:3000')).toStrictEqual([]);
    });
  });

  test.each<readonly [string, string]>([
    [
      'a stage that names as many people as it needs',
      line('x', 'approval: { stages: [{ from: { people: [okta:00u1] } }] }'),
    ],
    [
      'a mighty role that asks for a second factor',
      line('x', 'role: { account: prod, name: Admin }, requires: { mfa: true }'),
    ],
    ['a group of people of which nobody knows here who is in it', line('x', 'requesters: { groups: [okta:nobody] }')],
    ['workloads that may ask', line('x', 'requesters: { groups: [ci:deployers] }')],
    ['a grant as long as the shortest session', line('x', 'maxDuration: 15m, session: { tail: refuse }')],
    ['a short grant whose sessions are cut', line('x', 'maxDuration: 14m')],
  ])('but not %s', (_name, entitlements) => {
    expect(warningsOf(entitlements)).toStrictEqual([]);
  });
});

describe('lint finds odd what nobody could end', () => {
  /** Of a file that says nothing over all but `more`. */
  const warningsWithout = (entitlements: string, more: string): readonly string[] =>
    lintAccess(written('', '').replace(/^security: .*\n/m, more) + entitlements, OPTIONS).warnings.map(
      ({ path, code }) => `${path} ${code}`,
    );
  const ofWorkloads = 'revokers: { groups: [ci:deployers] }';
  const found = ['entitlements.x nobody_may_revoke'];

  test.each([
    ['an approval by rule, where nobody revokes', line('x'), ''],
    ['revokers who are workloads', line('x', ofWorkloads), ''],
    ['revokers over all who are workloads', line('x'), `${ofWorkloads}\n`],
    [
      'revokers over all who are workloads, though somebody may hold',
      line('x'),
      `security: { groups: [okta:security] }\n${ofWorkloads}\n`,
    ],
  ])('%s', (_name, entitlements, more) => {
    expect(warningsWithout(entitlements, more)).toEqual(found);
  });

  test.each([
    ['revokers of its own', line('x', 'revokers: { people: [okta:00u1] }'), ''],
    ['revokers over all', line('x'), 'revokers: { groups: [okta:ops] }\n'],
    ['somebody who may hold', line('x'), 'security: { groups: [okta:security] }\n'],
    ['approvers', line('x', stages('okta:leads')), ''],
  ])('but not with %s', (_name, entitlements, more) => {
    expect(warningsWithout(entitlements, more)).toStrictEqual([]);
  });
});
