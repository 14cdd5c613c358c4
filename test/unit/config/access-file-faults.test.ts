import { describe, expect, test } from '@jest/globals';
import { AccessFileError } from '../../../lib/config/access-fault.ts';
import { parseAccess } from '../../../lib/config/access-file.ts';

const BASE = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://idp.example.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
entitlements:
  read:
    role: { account: prod, name: ReadOnly }
    requesters: { groups: [engineering] }
    approval: auto
    maxDuration: 1h
`;

const parse = (text: string, files: Readonly<Record<string, string>> = {}) =>
  parseAccess(text, {
    baseDir: '/access',
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) throw new Error('no such file');
      return content;
    },
  });

const errorOf = (text: string, files?: Readonly<Record<string, string>>): AccessFileError => {
  try {
    parse(text, files);
  } catch (error) {
    if (error instanceof AccessFileError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

const faultsOf = (text: string, files?: Readonly<Record<string, string>>): readonly string[] =>
  errorOf(text, files).faults.map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`);

const edited = (from: string, to: string): string => {
  if (!BASE.includes(from)) throw new Error(`the base has no ${from}`);
  return BASE.replace(from, () => to);
};

/** The base with one more member of the entitlement, on line 12. */
const withMember = (member: string): string => `${BASE}    ${member}\n`;

test('the base of every row below is accepted', () => {
  expect(parse(BASE).entitlements).toHaveLength(1);
});

describe('IAM roles that prove themselves', () => {
  const fleet = (roles: string, regions = '[eu-west-1]'): string =>
    edited('[engineering]', '[okta:engineering]').replace(
      'accounts:',
      `  - { id: fleet, type: aws-workload, audience: hatcheck, regions: ${regions}, roles: ${roles} }\naccounts:`,
    );
  const role = (name: string, account = '111122223333') => `[{ account: '${account}', name: '${name}' }]`;

  test('are taken, and need not be of an account that has entitlements', () => {
    expect(parse(fleet(role('deployer'))).identityProviders[1]).toMatchObject({ id: 'fleet', groups: [] });
    expect(parse(fleet(role('ReadOnly', '999988887777'))).identityProviders).toHaveLength(2);
  });

  test.each([
    ['one that is lent', fleet(role('ReadOnly')), 'roles[0] lent_role'],
    ['one of Hatcheck’s own', fleet(role('hatcheck-prod-token')), 'roles[0].name invalid_format'],
    ['any', fleet(role('*')), 'roles[0].name invalid_format'],
    ['none', fleet('[]'), 'roles out_of_range'],
    ['a region that is a host', fleet(role('deployer'), '[evil.example.com]'), 'regions[0] invalid_format'],
  ])('%s is a fault', (_what, text, fault) => {
    expect(faultsOf(text).map((each) => each.replace(/^\d+:\d+ identityProviders\[1\]\./, ''))).toEqual([fault]);
  });
});

describe('a fault is found, with its line and column', () => {
  const read = 'entitlements.read';
  test.each<[what: string, text: string, fault: string]>([
    ['another version', edited('version: 1', 'version: 2'), '1:1 version invalid_value'],
    ['no version', edited('version: 1\n', ''), '1:1 version required'],
    ['an unknown section', `${BASE}delegations: {}\n`, '12:1 delegations unknown_key'],
    ['no open request allowed', `${BASE}limits: { openRequests: 0 }\n`, '12:11 limits.openRequests out_of_range'],
    [
      'a delegation for a year',
      `${BASE}delegation: { maxDuration: 365d }\n`,
      '12:15 delegation.maxDuration out_of_range',
    ],
    ['a delegation among nobody', `${BASE}delegation: { groups: [] }\n`, '12:15 delegation.groups out_of_range'],
    ['a misspelt rule', withMember('justificaton: { minLength: 20 }'), `12:5 ${read}.justificaton unknown_key`],
    [
      'hours without a place',
      withMember('hours: { days: [mon], from: "08:00", to: "20:00" }'),
      `12:5 ${read}.hours.timezone required`,
    ],
    [
      'hours at a place that is none',
      withMember('hours: { timezone: Mars/Base, days: [mon], from: "08:00", to: "20:00" }'),
      `12:14 ${read}.hours.timezone unknown_timezone`,
    ],
    [
      'hours on no day',
      withMember('hours: { timezone: UTC, days: [], from: "08:00", to: "20:00" }'),
      `12:29 ${read}.hours.days out_of_range`,
    ],
    [
      'hours without length',
      withMember('hours: { timezone: UTC, days: [mon], from: "08:00", to: "08:00" }'),
      `12:57 ${read}.hours.to same_time`,
    ],
    [
      'an hour that no clock shows',
      withMember('hours: { timezone: UTC, days: [mon], from: "24:00", to: "08:00" }'),
      `12:42 ${read}.hours.from invalid_format`,
    ],
    [
      'a rule for approvers that nothing enforces',
      withMember('approverRequires: { groups: [a] }'),
      `12:25 ${read}.approverRequires.groups unknown_key`,
    ],
    [
      'a setting of the console that nothing reads',
      `${BASE}console: { hosts: [] }\n`,
      '12:12 console.hosts unknown_key',
    ],
    ...['//evil.example.com', '/\\evil.example.com', 'https://evil.example.com/', 'home', '/.', '/a b'].map(
      (path): [string, string, string] => [
        `a destination of the console that leads elsewhere: ${path}`,
        `${BASE}console: { destinations: { away: { path: '${path}' } } }\n`,
        '12:36 console.destinations.away.path invalid_format',
      ],
    ),
    [
      'a channel that is none',
      withMember('approverRequires: { channel: chat }'),
      `12:25 ${read}.approverRequires.channel invalid_value`,
    ],
    [
      'an escalation that comes too late',
      edited(
        'approval: auto',
        'approval: { stages: [{ from: { groups: [a] } }], within: 1h, escalation: { after: 1h, to: { groups: [b] } } }',
      ),
      `10:80 ${read}.approval.escalation.after too_late`,
    ],
    [
      'a stage that asks nobody',
      edited('approval: auto', 'approval: { stages: [{ from: {} }] }'),
      `10:28 ${read}.approval.stages[0].from required`,
    ],
    [
      'a person of no provider',
      edited('approval: auto', 'approval: { stages: [{ from: { people: [ada] } }] }'),
      `10:45 ${read}.approval.stages[0].from.people[0] unknown_provider`,
    ],
    [
      'a person without a name',
      edited('approval: auto', 'approval: { stages: [{ from: { people: ["okta:"] } }] }'),
      `10:45 ${read}.approval.stages[0].from.people[0] invalid_person`,
    ],
    [
      'a person twice',
      edited('approval: auto', 'approval: { stages: [{ from: { people: ["okta:a", "okta:a"] } }] }'),
      `10:55 ${read}.approval.stages[0].from.people[1] duplicate`,
    ],
    ['an empty section', edited('    approval: auto', '    approval:'), `10:5 ${read}.approval invalid_union`],
    ['a missing member', edited('    approval: auto\n', ''), `7:3 ${read}.approval required`],

    ['a provider of another kind', edited('type: oidc', 'type: ldap'), '3:17 identityProviders[0].type invalid_value'],
    [
      'no provider',
      edited('  - { id: okta, type: oidc, issuer: https://idp.example.com, clientId: hatcheck }', '  []'),
      '2:1 identityProviders out_of_range',
    ],
    ['an issuer without TLS', edited('https://idp', 'http://idp'), '3:29 identityProviders[0].issuer invalid_issuer'],
    [
      'an issuer with a query',
      edited('example.com,', 'example.com/?a=b,'),
      '3:29 identityProviders[0].issuer invalid_issuer',
    ],
    [
      'an issuer with a password',
      edited('https://idp', 'https://a:b@idp'),
      '3:29 identityProviders[0].issuer invalid_issuer',
    ],
    [
      'an unknown algorithm',
      edited('hatcheck }', 'hatcheck, algorithms: [RS256, none] }'),
      '3:102 identityProviders[0].algorithms[1] invalid_value',
    ],
    [
      'a symmetric algorithm',
      edited('hatcheck }', 'hatcheck, algorithms: [HS256] }'),
      '3:95 identityProviders[0].algorithms[0] invalid_value',
    ],
    [
      'two providers of one id',
      edited('accounts:', '  - { id: okta, type: oidc, issuer: https://b.example.com, clientId: b }\naccounts:'),
      '4:7 identityProviders[1].id duplicate',
    ],
    [
      'two providers of one issuer',
      edited('accounts:', '  - { id: b, type: oidc, issuer: https://idp.example.com, clientId: b }\naccounts:').replace(
        '[engineering]',
        '[okta:engineering]',
      ),
      '4:26 identityProviders[1].issuer duplicate',
    ],

    [
      'an account id that YAML reads as a number',
      edited("'111122223333'", '111122223333'),
      '5:11 accounts.prod.id invalid_type',
    ],
    [
      'an account id with a zero in front that YAML would lose',
      edited("'111122223333'", '011122223333'),
      '5:11 accounts.prod.id invalid_type',
    ],
    [
      'an account id of eleven digits',
      edited("'111122223333'", "'11112222333'"),
      '5:11 accounts.prod.id invalid_format',
    ],
    [
      'an account name with capitals',
      edited('prod: {', 'Prod: {').replace('account: prod', 'account: Prod'),
      '5:3 accounts.Prod invalid_name',
    ],
    [
      'an account under two names, in two partitions',
      edited('entitlements:', "  again: { id: '111122223333', region: cn-north-1, partition: aws-cn }\nentitlements:"),
      '6:12 accounts.again.id account_twice',
    ],
    [
      'an account under two names, with two ExternalIds',
      edited('entitlements:', "  again: { id: '111122223333', region: eu-west-1, externalId: other }\nentitlements:"),
      '6:12 accounts.again.id account_twice',
    ],
    ['no region', edited(', region: eu-west-1', ''), '5:3 accounts.prod.region required'],
    [
      'a region of another partition',
      edited('eu-west-1', 'cn-north-1'),
      '5:31 accounts.prod.region region_not_in_partition',
    ],
    [
      'an ExternalId that YAML reads as a number',
      edited('eu-west-1 }', 'eu-west-1, externalId: 5e10 }'),
      '5:50 accounts.prod.externalId invalid_type',
    ],

    ['an entitlement id with capitals', edited('  read:', '  Read:'), '7:3 entitlements.Read invalid_name'],
    [
      'an id that would reach a prototype',
      edited('  read:', '  __proto__:'),
      '7:3 entitlements.__proto__ invalid_name',
    ],
    [
      'an account that does not exist',
      edited('account: prod', 'account: prd'),
      `8:13 ${read}.role.account unknown_account`,
    ],
    [
      'a role with its path in the name',
      edited('name: ReadOnly', 'name: hatcheck/ReadOnly'),
      `8:28 ${read}.role.name invalid_format`,
    ],
    [
      'a path without its last slash',
      edited('name: ReadOnly', 'name: A, path: /hatcheck'),
      `8:37 ${read}.role.path invalid_format`,
    ],
    [
      'a role that AWS would not keep open so long',
      edited('name: ReadOnly', 'name: A, maxSession: 13h'),
      `8:37 ${read}.role.maxSession out_of_range`,
    ],
    ['a duration without a unit', edited('1h', '3600'), `11:5 ${read}.maxDuration invalid_duration`],
    ['a duration of nothing', edited('1h', '0s'), `11:5 ${read}.maxDuration invalid_duration`],
    ['a duration in two units', edited('1h', '1h30m'), `11:5 ${read}.maxDuration invalid_duration`],
    ['a duration of more than twelve hours', edited('1h', '13h'), `11:5 ${read}.maxDuration out_of_range`],
    ['another word than auto', edited('approval: auto', 'approval: none'), `10:5 ${read}.approval invalid_union`],
    [
      'stages without anybody',
      edited('approval: auto', 'approval: { stages: [] }'),
      `10:17 ${read}.approval.stages out_of_range`,
    ],
    [
      'a stage that needs nobody',
      edited('approval: auto', 'approval: { stages: [{ from: { groups: [a] }, count: 0 }] }'),
      `10:51 ${read}.approval.stages[0].count out_of_range`,
    ],
    [
      'a stage with half a person',
      edited('approval: auto', 'approval: { stages: [{ from: { groups: [a] }, count: 1.5 }] }'),
      `10:51 ${read}.approval.stages[0].count invalid_type`,
    ],
    [
      'a misspelt member of a stage',
      edited('approval: auto', 'approval: { stages: [{ form: { groups: [a] }, from: { groups: [a] } }] }'),
      `10:28 ${read}.approval.stages[0].form unknown_key`,
    ],

    ['no group', edited('[engineering]', '[]'), `9:19 ${read}.requesters.groups out_of_range`],
    [
      'a group twice',
      edited('[engineering]', '[engineering, okta:engineering]'),
      `9:41 ${read}.requesters.groups[1] duplicate`,
    ],
    [
      'a group of a provider that does not exist',
      edited('[engineering]', '[oktaa:engineering]'),
      `9:28 ${read}.requesters.groups[0] unknown_provider`,
    ],
    ['a group without a name', edited('[engineering]', "['okta:']"), `9:28 ${read}.requesters.groups[0] invalid_group`],
    [
      'a group of one of two providers',
      edited('accounts:', '  - { id: b, type: oidc, issuer: https://b.example.com, clientId: b }\naccounts:'),
      `10:28 ${read}.requesters.groups[0] ambiguous_group`,
    ],
    [
      'a group with a line break in it',
      edited('[engineering]', '["a\\nb"]'),
      `9:28 ${read}.requesters.groups[0] invalid_text`,
    ],

    [
      'a pattern that is no regular expression',
      withMember("ticket: { pattern: '^(OPS$' }"),
      `12:15 ${read}.ticket.pattern invalid_pattern`,
    ],
    [
      'a pattern that takes anything in front',
      withMember("ticket: { pattern: 'OPS-[0-9]+$' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern that takes anything behind',
      withMember("ticket: { pattern: '^OPS-[0-9]+' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern whose alternatives are anchored on one side each',
      withMember("ticket: { pattern: '^OPS|DEV$' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern that ends with a dollar sign, not with the end',
      withMember("ticket: { pattern: '^OPS\\$' }"),
      `12:15 ${read}.ticket.pattern not_anchored`,
    ],
    [
      'a pattern that is too long',
      withMember(`ticket: { pattern: '^${'a'.repeat(199)}$' }`),
      `12:15 ${read}.ticket.pattern out_of_range`,
    ],
    [
      'a word in place of true',
      withMember("ticket: { pattern: '^a$', required: yes }"),
      `12:31 ${read}.ticket.required invalid_type`,
    ],
    [
      'a justification of nothing',
      withMember('justification: { minLength: 0 }'),
      `12:22 ${read}.justification.minLength out_of_range`,
    ],
    [
      'a session longer than a chained one may be',
      withMember('session: { max: 2h }'),
      `12:16 ${read}.session.max out_of_range`,
    ],
    [
      'a session of more than twelve hours',
      withMember('session: { via: webIdentity, max: 13h }'),
      `12:34 ${read}.session.max out_of_range`,
    ],
    ['a session shorter than STS gives', withMember('session: { max: 10m }'), `12:16 ${read}.session.max out_of_range`],
    ['a way that is none', withMember('session: { via: user }'), `12:16 ${read}.session.via invalid_value`],
    ['another tail', withMember('session: { tail: allow }'), `12:16 ${read}.session.tail invalid_value`],
    [
      'a limit of nothing',
      withMember('limits: { issuesPerHour: 0 }'),
      `12:15 ${read}.limits.issuesPerHour out_of_range`,
    ],
    ['MFA as text', withMember('requires: { mfa: "true" }'), `12:17 ${read}.requires.mfa invalid_type`],
    ['a title with a line break', withMember('title: "a\\nb"'), `12:5 ${read}.title invalid_text`],
    ['a description with a line break', withMember('description: "a\\nb"'), `12:5 ${read}.description invalid_text`],

    [
      'a policy file that is not there',
      withMember('session: { policy: ./gone.json }'),
      `12:16 ${read}.session.policy no_such_file`,
    ],
    ['a policy file outside', withMember('session: { policy: ../other.json }'), `12:16 ${read}.session.policy outside`],
    [
      'a policy file by its absolute path',
      withMember('session: { policy: /etc/passwd }'),
      `12:16 ${read}.session.policy outside`,
    ],
    [
      'a policy that is not a file',
      withMember('session: { policy: { Version: 1 } }'),
      `12:16 ${read}.session.policy invalid_type`,
    ],

    [
      'a key twice',
      edited('    approval: auto\n', '    approval: auto\n    approval: auto\n'),
      `11:5 ${read}.approval duplicate_key`,
    ],
    ['an anchor', edited('[engineering]', '&all [engineering]'), `9:32 ${read}.requesters.groups anchor`],
    ['a tag', edited('maxDuration: 1h', 'maxDuration: !!str 1h'), `11:24 ${read}.maxDuration tag`],
    [
      'a tag that might make an object',
      edited('maxDuration: 1h', 'maxDuration: !!js/function 1h'),
      `11:32 ${read}.maxDuration tag`,
    ],
    [
      'a merge key',
      edited('    approval: auto\n', '    approval: auto\n    <<: { maxDuration: 12h }\n'),
      `11:5 ${read}.<< merge_key`,
    ],
  ])('%s', (_what, text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test('an alias, once where it stands and not again for what it stood for', () => {
    const text = `${BASE}  write:\n    role: &r { account: prod, name: A }\n    requesters: { groups: [a] }\n    approval: auto\n    maxDuration: 1h\n  other:\n    role: *r\n    requesters: { groups: [a] }\n    approval: auto\n    maxDuration: 1h\n`;
    expect(faultsOf(text)).toEqual(['13:14 entitlements.write.role anchor', '18:11 entitlements.other.role alias']);
  });

  test.each([
    ['an indentation by tab', 'version: 1\naccounts:\n\tprod: 1\n'],
    ['a list that does not end', 'version: 1\naccounts: [\n'],
    ['a second document', `${BASE}---\nversion: 1\n`],
    ['a key that is not text', '? [a, b]\n: 1\n'],
    ['a file far too long', `# ${'x'.repeat(600_000)}`],
  ])('%s is no file of ours', (_what, text) => {
    expect(errorOf(text).faults.map(({ code }) => code)).toEqual([expect.stringMatching(/^(invalid_yaml|too_large)$/)]);
  });

  test.each(['', '# nothing\n', '[]\n', 'text\n', '5\n', 'null\n'])('%j is not a map', (text) => {
    expect(errorOf(text).faults[0]).toMatchObject({ line: 1, column: 1, path: '', code: 'invalid_type' });
  });

  test('a bomb of aliases is refused and not followed', () => {
    const levels = Array.from({ length: 40 }, (_, i) => `l${i}: &l${i} [${`*l${i - 1},`.repeat(i === 0 ? 0 : 9)} x]`);
    const codes = new Set(errorOf(levels.join('\n')).faults.map(({ code }) => code));
    expect(codes).toContain('alias');
  });
});

describe('a session policy of its own', () => {
  const text = withMember('session: { policy: ./policies/own.json }');
  const own = (statement: string) => ({
    '/access/policies/own.json': `{\n  "Version": "2012-10-17",\n  "Statement": [\n    ${statement}\n  ]\n}`,
  });

  test('that denies is taken, with its lists written out', () => {
    const files = own(
      '{ "Effect": "Deny", "Action": "iam:*", "Resource": "*", "Condition": { "Bool": { "aws:SecureTransport": "false" } } }',
    );
    expect(parse(text, files).entitlements[0]?.session.denies).toEqual([
      { Effect: 'Deny', Action: ['iam:*'], Resource: ['*'], Condition: { Bool: { 'aws:SecureTransport': ['false'] } } },
    ]);
  });

  test.each<[what: string, statement: string, fault: string]>([
    ['allows', '{ "Effect": "Allow", "Action": "*", "Resource": "*" }', '4:7 Statement[0].Effect invalid_value'],
    [
      'names a principal',
      '{ "Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": { "AWS": "*" } }',
      '4:57 Statement[0].NotPrincipal unknown_key',
    ],
    ['has no action', '{ "Effect": "Deny", "Resource": "*" }', '4:5 Statement[0] one_of'],
    [
      'has both kinds of action',
      '{ "Effect": "Deny", "Action": "*", "NotAction": "*", "Resource": "*" }',
      '4:5 Statement[0] one_of',
    ],
    ['has no resource', '{ "Effect": "Deny", "Action": "*" }', '4:5 Statement[0] one_of'],
    [
      'has an action that is none',
      '{ "Effect": "Deny", "Action": ["iam"], "Resource": "*" }',
      '4:25 Statement[0].Action invalid_list',
    ],
    [
      'has a resource that is none',
      '{ "Effect": "Deny", "Action": "*", "Resource": "bucket" }',
      '4:40 Statement[0].Resource invalid_list',
    ],
    [
      'has an operator that IAM does not know',
      '{ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "StringIs": { "a": "b" } } }',
      '4:72 Statement[0].Condition.StringIs invalid_name',
    ],
    [
      'has letters that STS does not take',
      '{ "Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::\u0416" }',
      '4:40 Statement[0].Resource invalid_list',
    ],
    [
      'says one thing twice',
      '{ "Effect": "Deny", "Action": "*", "Action": "iam:*", "Resource": "*" }',
      '4:40 Statement[0].Action duplicate_key',
    ],
    ['is YAML', '{ Effect: Deny, Action: "*", Resource: "*" }', '1:1  invalid_json'],
  ])('that %s is refused where that stands', (_what, statement, fault) => {
    const error = errorOf(text, own(statement));
    expect(error.faults.map(({ line, column, path, code }) => `${line}:${column} ${path} ${code}`)).toEqual([fault]);
    expect(error.faults[0]?.file).toBe('policies/own.json');
  });

  test('that makes the whole too long for STS is refused, with the excess', () => {
    const resources = JSON.stringify(Array.from({ length: 60 }, (_, i) => `arn:aws:s3:::bucket-of-ours-${i}/*`));
    const error = errorOf(text, own(`{ "Effect": "Deny", "Action": "*", "Resource": ${resources} }`));
    expect(error.faults).toMatchObject([
      { line: 12, path: 'entitlements.read.session.policy', code: 'policy_too_long' },
    ]);
  });

  test('that has one of our own Sids is refused', () => {
    const files = own('{ "Sid": "GrantEnd", "Effect": "Deny", "Action": "*", "Resource": "*" }');
    expect(faultsOf(text, files)).toEqual(['12:16 entitlements.read.session.policy duplicate_sid']);
  });
});

test('faults of several places come at once, in the order of the file', () => {
  const text = edited('version: 1', 'version: 9')
    .replace('eu-west-1', 'Europe')
    .replace('[engineering]', '[nobody:engineering]')
    .replace('maxDuration: 1h', 'maxDuration: long');
  expect(faultsOf(text)).toEqual([
    '1:1 version invalid_value',
    '5:31 accounts.prod.region invalid_format',
    '9:28 entitlements.read.requesters.groups[0] unknown_provider',
    '11:5 entitlements.read.maxDuration invalid_duration',
  ]);
});

test('the message names file, line, column and path, one fault a line', () => {
  const lines = errorOf(edited('version: 1', 'version: 9').replace('1h', 'long')).message.split('\n');
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^access\.yml:11:5 entitlements\.read\.maxDuration: /);
});

test('a misspelt word brings the word that was probably meant', () => {
  expect(errorOf(withMember('justificaton: {}')).message).toContain('did you mean justification?');
  expect(errorOf(withMember('zebra: {}')).message).not.toContain('did you mean');
});

describe('a secret that stands in the file is never printed', () => {
  const secret = 'hunter2-correct-horse';
  test.each<[where: string, text: string]>([
    ['as the client secret', edited('clientId: hatcheck', `clientId: hatcheck, clientSecret: ${secret}`)],
    ['under a misspelt name', edited('clientId: hatcheck', `clientId: hatcheck, clientSecrett: ${secret}`)],
    ['in place of another type', edited('type: oidc', `type: ${secret}`)],
    ['where YAML breaks', edited('clientId: hatcheck', `clientSecret: "${secret}" "${secret}"`)],
    ['behind a tag', edited('clientId: hatcheck', `clientId: !x ${secret}`)],
  ])('%s', (_where, text) => {
    const error = errorOf(text);
    expect(error.faults.length).toBeGreaterThan(0);
    expect(`${error.message} ${JSON.stringify(error.faults)}`).not.toContain(secret);
  });

  test('and one by reference is taken', () => {
    const text = edited('clientId: hatcheck', 'clientId: hatcheck, clientSecret: ssm:/hatcheck/okta');
    expect(parse(text).identityProviders[0]).toMatchObject({ clientSecret: 'ssm:/hatcheck/okta' });
  });
});

test('a provider without an id does not make the next one a provider of workloads', () => {
  const text = edited(
    '  - { id: okta,',
    '  - { type: oidc-workload, issuer: https://ci.example.com, audience: hatcheck, match: { repository: example/app } }\n  - { id: okta,',
  );
  expect(faultsOf(`${text}    revokers: { people: [okta:00u1] }\n`)).toEqual(['3:5 identityProviders[0].id required']);
});
