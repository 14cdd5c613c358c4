import { describe, expect, test } from '@jest/globals';
import { BASE, parse, errorOf, faultsOf, edited, withMember, read } from './broken-access-file.ts';

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
