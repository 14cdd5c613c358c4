import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetPolicyCommand, IAMClient } from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { iamBoundaries } from '../../lib/aws/boundaries.ts';
import { endSessions } from '../../lib/broker/end-sessions.ts';
import type { LocalAws } from '../../local/aws/server.ts';
import { type LocalStack, readTemplate } from '../../local/template.ts';
import { parsePolicy } from '../../local/aws/policy/document.ts';
import { evaluateTrust } from '../../local/aws/policy/evaluate.ts';
import { BROKER_ACCOUNT, codeOf, role, start, world } from '../local/aws/small-world.ts';
import { entitlement, noon } from '../support/builders.ts';
import { memoryClock, memoryLedger, patient } from '../support/memory.ts';
import { requestIdOf, tell } from '../support/revocations.ts';
import * as made from './made-roles.ts';
import { CREDENTIALS, ISSUER, type RoleTemplates, roleTemplates } from './role-templates.ts';

const ON_REVOCATION = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/hatcheck-prod-on-revocation`;
const { ADMIN } = made;

let at: RoleTemplates;
beforeAll(() => {
  at = roleTemplates();
});
afterAll(() => {
  at.close();
});

const stackOf = (id: string, accountId: string, ...more: readonly string[]) => made.stackOf(at, id, accountId, ...more);

describe('a role that CloudFormation made of it', () => {
  let aws: LocalAws;
  beforeAll(async () => {
    const stack = await stackOf(
      'prod-admin',
      '111122223333',
      '--permissions',
      'arn:aws:iam::aws:policy/AdministratorAccess',
    );
    const others = [CREDENTIALS, ON_REVOCATION, `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/hatcheck-prod-requests`];
    aws = await start({
      world: {
        ...world(
          ...made.rolesIn(stack),
          ...others.map((arn) => role(arn)),
          role('arn:aws:iam::111122223333:role/Insider'),
        ),
        managedPolicies: made.boundariesIn(stack),
      },
    });
  });
  afterAll(() => aws.close());

  const assume = (caller: string, changes: Partial<AssumeRoleCommandInput> = {}) => made.assume(aws, caller, changes);
  const assumeRevoker = (caller: string, changes: Partial<AssumeRoleCommandInput> = {}) =>
    made.assumeRevoker(aws, caller, changes);

  test('lets in our broker', async () => {
    expect(await codeOf(assume(CREDENTIALS))).toBe('none');
  });

  test.each<[string, string, Partial<AssumeRoleCommandInput>]>([
    ['another function of the broker', `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/hatcheck-prod-requests`, {}],
    ['the function that ends sessions', ON_REVOCATION, {}],
    ['an administrator of its own account', 'arn:aws:iam::111122223333:role/Insider', {}],
    ['our broker with the ExternalId of another account', CREDENTIALS, { ExternalId: 'another' }],
    ['our broker without an ExternalId', CREDENTIALS, { ExternalId: undefined }],
    ['our broker without a request’s tag', CREDENTIALS, { Tags: [] }],
    ['our broker with a tag that is no request', CREDENTIALS, { Tags: [{ Key: 'hatcheck-request', Value: 'x' }] }],
    ['our broker without a source identity', CREDENTIALS, { SourceIdentity: undefined }],
    ['our broker in the name of nobody that it knows', CREDENTIALS, { SourceIdentity: 'somebody' }],
  ])('and not %s', async (_, caller, changes) => {
    expect(await codeOf(assume(caller, changes))).toBe('AccessDenied');
  });

  test('carries its boundary, by which its sessions are ended through the revoker role', async () => {
    const { Credentials: given } = await assume(CREDENTIALS);
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const client = new S3Client({ endpoint: aws.endpoint, region: 'eu-west-1', maxAttempts: 1, credentials });
    const list = () => codeOf(client.send(new ListBucketsCommand({})));
    expect(await list()).toBe('none');
    const ledger = memoryLedger();
    const of = entitlement({ roleArn: ADMIN });
    await tell(ledger, requestIdOf(1), { of, revokedAt: noon(60) });
    const boundaries = iamBoundaries({
      endpoint: aws.endpoint,
      credentials: aws.credentialsFor(ON_REVOCATION, 'on-revocation'),
    });
    await endSessions(
      {
        ledger,
        boundaries,
        clock: memoryClock(noon(61)),
        ...{ overflowed: () => undefined, crowded: () => undefined },
      },
      { roleArn: ADMIN, account: of.account, issuer: ISSUER },
      [requestIdOf(1)],
      patient,
    );
    expect(await list()).toBe('AccessDenied');
  });

  test('the revoker role lets in the function that ends sessions, and nobody else', async () => {
    expect(await codeOf(assumeRevoker(ON_REVOCATION))).toBe('none');
    for (const caller of [CREDENTIALS, 'arn:aws:iam::111122223333:role/Insider'])
      expect(await codeOf(assumeRevoker(caller))).toBe('AccessDenied');
    expect(await codeOf(assumeRevoker(ON_REVOCATION, { ExternalId: 'another' }))).toBe('AccessDenied');
  });

  test('the revoker role reads no policy but boundaries', async () => {
    const { Credentials: given } = await assumeRevoker(ON_REVOCATION);
    const credentials = {
      accessKeyId: given?.AccessKeyId ?? '',
      secretAccessKey: given?.SecretAccessKey ?? '',
      sessionToken: given?.SessionToken ?? '',
    };
    const client = new IAMClient({ endpoint: aws.endpoint, region: 'eu-west-1', maxAttempts: 1, credentials });
    const read = (PolicyArn: string) => codeOf(client.send(new GetPolicyCommand({ PolicyArn })));
    expect(await read('arn:aws:iam::111122223333:policy/hatcheck/Admin-boundary')).toBe('none');
    for (const other of ['other', 'hatcheck/other'])
      expect(await read(`arn:aws:iam::111122223333:policy/${other}`)).toBe('AccessDenied');
  });
});

describe('a role for what we sign', () => {
  const allows = (stack: LocalStack, action: string, provider: string, keys: Readonly<Record<string, string>>) => {
    const [lent] = Object.values(stack.roles);
    const trust = parsePolicy(made.document.parse(lent?.trustPolicy), 'trust', 'trust');
    const attributed = { 'aws:RequestTag/hatcheck-request': requestIdOf(1), 'sts:SourceIdentity': 'p_A' };
    const context = new Map(
      Object.entries({ ...attributed, ...keys }).map(([key, value]) => [key.toLowerCase(), [value]] as const),
    );
    const caller = { kind: 'federated', provider } as const;
    return evaluateTrust({ caller, action, resource: lent?.arn ?? '', context }, trust).allowed;
  };

  test('by token: for one account, all its entitlements, and no other subject', async () => {
    const stack = await stackOf('staging-admin', '444455556666');
    const provider = 'arn:aws:iam::444455556666:oidc-provider/issuer.example.com';
    const may = (aud: string, sub: string, of = provider) =>
      allows(stack, 'sts:AssumeRoleWithWebIdentity', of, {
        'issuer.example.com:aud': aud,
        'issuer.example.com:sub': sub,
      });
    expect(may('hatcheck:444455556666', 'staging-admin')).toBe(true);
    expect(may('hatcheck:444455556666', 'staging-deploy')).toBe(true);
    expect(may('hatcheck:444455556666', 'staging-legacy')).toBe(false);
    expect(may('hatcheck:111122223333', 'staging-admin')).toBe(false);
    expect(may('hatcheck:444455556666', 'staging-admin', provider.replace('issuer', 'other'))).toBe(false);
    expect(stack.resourcesOf('AWS::IAM::OIDCProvider').map(({ properties }) => properties)).toEqual([
      { Url: ISSUER, ClientIdList: ['hatcheck:444455556666'] },
    ]);
  });

  test('by SAML response: of our issuer, for its entitlement', async () => {
    const stack = await stackOf('staging-legacy', '444455556666');
    const may = (iss: string, sub: string) =>
      allows(stack, 'sts:AssumeRoleWithSAML', 'arn:aws:iam::444455556666:saml-provider/hatcheck', {
        ...{ 'SAML:aud': 'https://signin.aws.amazon.com/saml', 'SAML:iss': iss, 'SAML:sub': sub },
        'SAML:sub_type': 'persistent',
      });
    expect(may(`${ISSUER}/saml`, 'staging-legacy')).toBe(true);
    expect(may(`${ISSUER}/saml`, 'staging-admin')).toBe(false);
    expect(may('https://other.example.com/saml', 'staging-legacy')).toBe(false);
  });
});

test('what an account has one of is left out where it is there', async () => {
  const { stdout } = await at.template('staging-admin');
  const settings = { accountId: '444455556666', region: 'eu-west-1', partition: 'aws', stackName: 'role' };
  const parameters = { OncePerAccount: 'there-already' };
  const stack = readTemplate(JSON.parse(stdout), { ...settings, parameters }, at.folder);
  expect(stack.resourcesOf('AWS::IAM::Role').map(({ logicalId }) => logicalId)).toEqual(['Role']);
  expect(stack.resourcesOf('AWS::IAM::OIDCProvider')).toStrictEqual([]);
});
