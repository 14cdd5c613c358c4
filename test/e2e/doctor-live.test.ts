import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod';
import { accessPolicy } from '../../lib/config/access.ts';
import { parseAccess } from '../../lib/config/access-file.ts';
import { boundedRoles, targetAccounts } from '../../local/target-accounts.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import type { Role, World } from '../../local/aws/world.ts';
import { clientConfig, codeOf, policy, role, start } from '../local/aws/small-world.ts';
import { hatcheck } from '../cli/run.ts';

/** Debian's package has it there; anything else called `aws` may be a shim of who knows what. */
const AWS = process.env['HATCHECK_AWS_CLI'] ?? '/usr/bin/aws';
const suite = existsSync(AWS) ? describe : describe.skip;

const ISSUER = 'https://issuer.example.com';
const entitlementOf = ([id = '', via = 'assumeRole', account = 'prod']: readonly string[]) => `  ${id}:
    role: { account: ${account}, name: ${id} }
    session: { via: ${via} }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
`;
const ENTITLEMENTS = [
  ...[['read'], ['lacking'], ['bounded'], ['gone']],
  ...[
    ['token', 'webIdentity'],
    ['saml', 'saml'],
    ['far', 'assumeRole', 'other'],
  ],
];
const WELL = ['read', 'token', 'saml', 'far'];
const ACCESS = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1, externalId: 5f0c9a1e }
  other: { id: '222233334444', region: eu-west-1 }
entitlements:
${ENTITLEMENTS.map(entitlementOf).join('')}`;
const BROKER = ['--broker-account', '777788889999', '--issuer', ISSUER];
const CREDENTIALS = 'arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-credentials';
const inProd = (resource: string) => `arn:aws:iam::111122223333:${resource}`;
const lent = (name: string) => inProd(`role/hatcheck/${name}`);
const [REVOKER, AUDITOR] = [lent('hatcheck-revoker'), inProd('role/Auditor')];

const access = accessPolicy(
  parseAccess(ACCESS, {
    baseDir: '.',
    readFile: () => {
      throw new TypeError('no file is named');
    },
  }),
).policy;
const made = boundedRoles(access, {
  credentialsRoleArns: [CREDENTIALS],
  onRevocationRoleArns: ['arn:aws:iam::777788889999:role/hatcheck/hatcheck-prod-on-revocation'],
  issuer: ISSUER,
});
const auditor = role(AUDITOR, {
  policies: [policy({ Effect: 'Allow', Action: ['iam:Get*', 'iam:SimulatePrincipalPolicy'], Resource: '*' })],
});
const asMade: World = {
  accounts: {
    '777788889999': { buckets: [] },
    ...targetAccounts(access, ISSUER, `<EntityDescriptor entityID="${ISSUER}/saml"/>`),
  },
  roles: [...made.roles, role(CREDENTIALS), auditor],
  managedPolicies: made.managedPolicies,
};

type Change = (one: Role) => readonly Role[];

const withRoles = (world: World, changes: Readonly<Record<string, Change>>): World => ({
  ...world,
  roles: world.roles.flatMap((each) => changes[each.arn]?.(each) ?? [each]),
});
const withBoundaries = (
  world: World,
  changes: Readonly<Record<string, (ours: readonly object[]) => readonly object[]>>,
): World => ({
  ...world,
  managedPolicies: Object.fromEntries(
    Object.entries(world.managedPolicies ?? {}).map(([arn, document]) => {
      const { Statement } = z.object({ Statement: z.array(z.looseObject({})) }).parse(document);
      const change = changes[arn];
      return [arn, change ? policy(...change(Statement)) : document];
    }),
  ),
});
const withProviders = (world: World, providers: Partial<World['accounts'][string]>): World => ({
  ...world,
  accounts: { '777788889999': { buckets: [] }, '111122223333': { buckets: [], ...providers } },
});
const nothing = policy({ Effect: 'Allow', Action: 'ec2:DescribeRegions', Resource: '*' });
const withoutTagSession: Change = (one) => [
  {
    ...one,
    trustPolicy: z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(JSON.stringify(one.trustPolicy).replace('"sts:TagSession",', ''))),
  },
];

suite(`hatcheck doctor --live, by the AWS CLI (${existsSync(AWS) ? AWS : `missing: ${AWS}`})`, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hatcheck-live-'));
    writeFileSync(join(folder, 'access.yml'), ACCESS);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const environment = (aws: LocalAws, caller: string): Readonly<Record<string, string>> => {
    const { accessKeyId, secretAccessKey, sessionToken } = aws.credentialsFor(caller, 'doctor');
    writeFileSync(join(folder, 'aws'), `#!/bin/sh\nexec '${AWS}' --endpoint-url '${aws.endpoint}' "$@"\n`);
    chmodSync(join(folder, 'aws'), 0o700);
    return {
      PATH: `${folder}:/usr/bin:/bin`,
      HOME: folder,
      ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
      ...{ AWS_DEFAULT_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true' },
    };
  };

  /** What it says in this world, and whether the broker gets a session of the role there. */
  const examined = async (world: World, args: readonly string[], caller = AUDITOR) => {
    const aws = await start({ world });
    try {
      const run = await hatcheck(
        ['doctor', ...BROKER, '--live', '--json', ...args],
        environment(aws, caller),
        '',
        folder,
      );
      const opens = (name: string) =>
        codeOf(
          new STSClient(clientConfig(aws, CREDENTIALS)).send(
            new AssumeRoleCommand({
              ...{ RoleArn: lent(name), RoleSessionName: 'engineer', SourceIdentity: `p_${'A'.repeat(43)}` },
              ExternalId: '5f0c9a1e',
              Tags: [{ Key: 'hatcheck-request', Value: `r_${'A'.repeat(26)}` }],
            }),
          ),
        );
      return { ...run, sts: [await opens('read'), await opens('lacking')] };
    } finally {
      await aws.close();
    }
  };

  const report = z.object({
    entitlements: z.array(
      z.object({
        entitlementId: z.string(),
        findings: z.array(z.object({ level: z.string(), line: z.string(), what: z.string(), fix: z.string() })),
      }),
    ),
  });
  const linesOf = (stdout: string) =>
    report
      .parse(JSON.parse(stdout))
      .entitlements.map(({ entitlementId, findings }) => [
        entitlementId,
        ...findings.map(({ level, line }) => `${level} ${line}`),
      ]);

  test('roles that were made of our template are well, by each way; of another account nothing was asked', async () => {
    const { code, stdout, stderr, sts } = await examined(asMade, ['--entitlement', ...WELL]);
    expect(stderr).toBe('');
    expect(linesOf(stdout)).toEqual(WELL.map((id) => (id === 'far' ? [id, 'warning account'] : [id])));
    expect([code, sts]).toEqual([0, ['none', 'none']]);
  }, 240_000);

  test('whatever is in the way is told as that and nothing else, as STS and IAM see it', async () => {
    const boundary = (name: string) => inProd(`policy/hatcheck/${name}-boundary`);
    const roles = withRoles(asMade, {
      [lent('read')]: withoutTagSession,
      [lent('lacking')]: (one) => [{ ...one, policies: [nothing] }],
      [lent('gone')]: () => [],
    });
    const bounded = withBoundaries(roles, {
      [boundary('bounded')]: ([, ...guards]) => [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }, ...guards],
    });
    const world = withProviders(bounded, {
      oidcProviders: [{ issuer: ISSUER, clientIds: ['hatcheck:222233334444'] }],
      samlProviders: [{ name: 'hatcheck', metadata: '<EntityDescriptor entityID="https://other.example.com/saml"/>' }],
    });
    const { code, stdout, sts } = await examined(world, ['--action', 's3:ListAllMyBuckets']);
    expect(linesOf(stdout)).toEqual([
      ['read', 'fault tag_session'],
      ['lacking', 'fault permissions'],
      ['bounded', 'fault boundary'],
      ['gone', 'fault role'],
      ['token', 'fault audience'],
      ['saml', 'fault issuer'],
      ['far', 'warning account'],
    ]);
    expect([code, sts]).toEqual([1, ['AccessDenied', 'none']]);
  }, 240_000);

  test('an account in which nobody could end a session, and nobody knows what we sign', async () => {
    const world = withRoles(withProviders(asMade, {}), { [REVOKER]: () => [] });
    const { code, stdout } = await examined(world, ['--entitlement', 'token']);
    expect(linesOf(stdout)).toEqual([['token', 'fault revoker', 'fault provider']]);
    expect(code).toBe(1);
  }, 240_000);

  test('whoever may not look is told so', async () => {
    const blind = withRoles(asMade, { [AUDITOR]: (one) => [{ ...one, policies: [nothing] }] });
    expect(await examined(blind, ['--entitlement', 'read'])).toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: expect.stringContaining('AccessDenied'),
    });
  }, 240_000);
});
