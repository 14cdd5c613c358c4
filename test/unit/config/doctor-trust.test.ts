import { describe, expect, test } from '@jest/globals';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { diagnose } from '../../../lib/config/doctor/diagnose.ts';
import type { Entitlement } from '../../../lib/domain/entitlement.ts';
import { type PolicyText, trustPolicy } from '../../../lib/domain/target-role.ts';
import { parsePolicy } from '../../../local/aws/policy/document.ts';
import { evaluateTrust } from '../../../local/aws/policy/evaluate.ts';
import {
  BROKER,
  BROKER_ACCOUNT,
  TARGET,
  clientConfig,
  codeOf,
  role,
  start,
  world,
} from '../../local/aws/small-world.ts';
import {
  ISSUER,
  BROKERS,
  byRole,
  byToken,
  byResponse,
  facts,
  linesOf,
  type Change,
  changed,
  without,
  condition,
  HOST,
} from './doctor-scene.ts';

describe('one broken line of the trust policy is told as exactly that line', () => {
  const OTHER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/other`;

  test.each<readonly [string, Change, string, string]>([
    ['the principal', (one) => ({ ...one, Principal: { AWS: OTHER } }), 'principal', BROKER],
    ['sts:AssumeRole', without('sts:AssumeRole'), 'action', '"sts:AssumeRole"'],
    ['sts:TagSession', without('sts:TagSession'), 'tag_session', '"sts:TagSession"'],
    ['sts:SetSourceIdentity', without('sts:SetSourceIdentity'), 'set_source_identity', '"sts:SetSourceIdentity"'],
    [
      'the ExternalId',
      condition('StringEquals', 'sts:ExternalId', 'another'),
      'external_id',
      '"sts:ExternalId": "5f0c9a1e"',
    ],
    ['the request’s tag', condition('StringLike', 'aws:RequestTag/hatcheck-request', 'x_*'), 'request_tag', '"r_*"'],
    ['the source identity', condition('StringLike', 'sts:SourceIdentity', '*@example.com'), 'source_identity', '"p_*"'],
    ['a condition more', condition('StringEquals', 'sts:RoleSessionName', 'batch'), 'condition', 'sts:RoleSessionName'],
  ])('%s: AWS refuses, and the fix is to the letter', async (_, change, line, fix) => {
    const trust = changed(byRole, change);
    const aws = await start({ world: world(role(TARGET, { trustPolicy: { ...trust } })) });
    try {
      const opened = new STSClient(clientConfig(aws, BROKER)).send(
        new AssumeRoleCommand({
          ...{ RoleArn: TARGET, RoleSessionName: 'engineer@example.com=AAAAAAAA', ExternalId: '5f0c9a1e' },
          SourceIdentity: `p_${'A'.repeat(43)}`,
          Tags: [{ Key: 'hatcheck-request', Value: `r_${'A'.repeat(26)}` }],
        }),
      );
      expect(await codeOf(opened)).toBe('AccessDenied');
    } finally {
      await aws.close();
    }
    const findings = diagnose(byRole, BROKERS, [facts(byRole, { trust })]);
    expect(findings.filter(({ level }) => level === 'fault').map((each) => each.line)).toEqual([line]);
    expect(findings.find((each) => each.line === line)?.fix).toContain(fix);
  });

  test.each<readonly [string, Entitlement, Change, string]>([
    [
      'the provider of tokens',
      byToken,
      (one) => ({ ...one, Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/x' } }),
      'principal',
    ],
    ['the audience of a token', byToken, condition('StringEquals', `${HOST}:aud`, 'hatcheck:444455556666'), 'audience'],
    ['the subject of a token', byToken, condition('StringEquals', `${HOST}:sub`, 'other'), 'subject'],
    ['sts:AssumeRoleWithWebIdentity', byToken, without('sts:AssumeRoleWithWebIdentity'), 'action'],
    ['sts:TagSession by token', byToken, without('sts:TagSession'), 'tag_session'],
    [
      'the provider of responses',
      byResponse,
      (one) => ({ ...one, Principal: { Federated: 'arn:aws:iam::111122223333:saml-provider/x' } }),
      'principal',
    ],
    [
      'the audience of a response',
      byResponse,
      condition('StringEquals', 'SAML:aud', 'https://x.example.com'),
      'audience',
    ],
    ['the issuer of a response', byResponse, condition('StringEquals', 'SAML:iss', 'https://x.example.com'), 'issuer'],
    ['the subject of a response', byResponse, condition('StringEquals', 'SAML:sub', 'other'), 'subject'],
  ])('%s: the local evaluator refuses as well', (_, of, change, line) => {
    const trust = changed(of, change);
    const {
      session: { via },
    } = of;
    const [action, provider, keys] =
      via === 'saml'
        ? ([
            'sts:AssumeRoleWithSAML',
            'saml-provider/hatcheck',
            {
              'saml:aud': 'https://signin.aws.amazon.com/saml',
              'saml:iss': `${ISSUER}/saml`,
              'saml:sub': of.id,
              'saml:sub_type': 'persistent',
            },
          ] as const)
        : ([
            'sts:AssumeRoleWithWebIdentity',
            `oidc-provider/${HOST}`,
            { [`${HOST}:aud`]: 'hatcheck:111122223333', [`${HOST}:sub`]: of.id },
          ] as const);
    const attributed = { 'aws:requesttag/hatcheck-request': 'r_A', 'sts:sourceidentity': 'p_A' };
    const context = new Map(Object.entries({ ...keys, ...attributed }).map(([key, value]) => [key, [value]] as const));
    const caller = { kind: 'federated', provider: `arn:aws:iam::111122223333:${provider}` } as const;
    const may = (document: PolicyText, asked: string) =>
      evaluateTrust(
        { caller, action: asked, resource: TARGET, context },
        parsePolicy({ ...document }, 'trust', 'trust'),
      ).allowed;
    expect([action, 'sts:TagSession'].every((each) => may(trust, each))).toBe(false);
    expect([action, 'sts:TagSession'].every((each) => may(trustPolicy([of], BROKERS), each))).toBe(true);
    expect(linesOf(of, { trust })).toEqual([`fault ${line}`]);
  });
});

describe('a trust policy that is in order', () => {
  test.each([
    ['by role', byRole],
    ['by token', byToken],
    ['by response', byResponse],
  ])('is left alone: %s, and as others may write it', (_, of) => {
    expect(linesOf(of)).toStrictEqual([]);
    const split = trustPolicy([of], BROKERS).Statement.flatMap((one) =>
      [one.Action].flat().map((Action) => ({ ...one, Sid: undefined, Action })),
    );
    expect(linesOf(of, { trust: { Statement: split } })).toStrictEqual([]);
    const [one] = trustPolicy([of], BROKERS).Statement;
    expect(linesOf(of, { trust: { Statement: { ...one, Action: 'sts:*' } } })).toStrictEqual([]);
  });

  test('for several entitlements of one role is in order for each', () => {
    const second = { ...byToken, id: 'second' };
    const trust = trustPolicy([byToken, second], BROKERS);
    expect([linesOf(byToken, { trust }), linesOf(second, { trust })]).toEqual([[], []]);
  });
});

describe('a trust policy that lets in more than us is a fault, though we get in', () => {
  test.each<readonly [string, Entitlement, Change, string]>([
    ['asks for no ExternalId', byRole, condition('StringEquals', 'sts:ExternalId'), 'fault external_id'],
    [
      'trusts the broker’s whole account',
      byRole,
      (one) => ({ ...one, Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` } }),
      'fault principal',
    ],
    ['trusts everybody', byRole, (one) => ({ ...one, Principal: { AWS: '*' } }), 'fault principal'],
    ['asks for no audience', byToken, condition('StringEquals', `${HOST}:aud`), 'fault audience'],
    ['asks for no subject', byToken, condition('StringEquals', `${HOST}:sub`), 'fault subject'],
    ['asks for no issuer', byResponse, condition('StringEquals', 'SAML:iss'), 'fault issuer'],
    ['asks for no request', byRole, condition('StringLike', 'aws:RequestTag/hatcheck-request'), 'warning request_tag'],
    [
      'takes any source identity',
      byRole,
      condition('StringLike', 'sts:SourceIdentity', '*'),
      'warning source_identity',
    ],
    [
      'takes a pattern for the subject',
      byToken,
      (one) => condition('StringLike', `${HOST}:sub`, 'prod-*')(condition('StringEquals', `${HOST}:sub`)(one)),
      'fault subject',
    ],
  ])('%s', (_, of, change, line) => {
    expect(linesOf(of, { trust: changed(of, change) })).toEqual([line]);
  });
});

describe('a statement that lets in somebody else besides ours is a fault', () => {
  const PROVIDER = `arn:aws:iam::111122223333:oidc-provider/${HOST}`;
  const allow = (Principal: object | string, Action: string | string[] = 'sts:AssumeRole') => ({
    Sid: 'Another',
    Effect: 'Allow',
    Principal,
    Action,
  });
  const linesBeside = (of: Entitlement, another: object) =>
    linesOf(of, { trust: { Statement: [...trustPolicy([of], BROKERS).Statement, another] } });

  test.each<readonly [string, object]>([
    ['another account', allow({ AWS: 'arn:aws:iam::888899990000:root' })],
    ['another account, as a number', allow({ AWS: '888899990000' })],
    ['whoever its own account lets', allow({ AWS: 'arn:aws:iam::111122223333:root' })],
    ['another role of the broker’s account', allow({ AWS: `arn:aws:iam::${BROKER_ACCOUNT}:role/other` })],
    ['another function of the broker', allow({ AWS: BROKERS.onRevocationRoleArns[0] })],
    ['a service', allow({ Service: 'ec2.amazonaws.com' })],
    ['everybody', allow('*')],
    [
      'everybody but one',
      {
        ...{ Sid: 'Another', Effect: 'Allow', Action: 'sts:AssumeRole' },
        NotPrincipal: { AWS: 'arn:aws:iam::888899990000:root' },
      },
    ],
    [
      'another provider of tokens',
      allow(
        { Federated: 'arn:aws:iam::111122223333:oidc-provider/token.example.org' },
        'sts:AssumeRoleWithWebIdentity',
      ),
    ],
    [
      'another provider of responses',
      allow({ Federated: 'arn:aws:iam::111122223333:saml-provider/other' }, 'sts:AssumeRoleWithSAML'),
    ],
    ['another account, by a pattern of actions', allow({ AWS: '888899990000' }, 'sts:Assume*')],
    ['another account, by all actions', allow({ AWS: '888899990000' }, ['sts:*'])],
  ])('%s', (_, another) => {
    for (const lent of [byRole, byToken, byResponse]) expect(linesBeside(lent, another)).toContain('fault principal');
  });

  test('somebody in the same statement as we are', () => {
    const trust = changed(byRole, (one) => ({ ...one, Principal: { ...one.Principal, Service: 'ec2.amazonaws.com' } }));
    expect(linesOf(byRole, { trust })).toEqual(['fault principal']);
  });

  test('our own provider of tokens without conditions, where the role is lent in another way', () => {
    const another = allow({ Federated: PROVIDER }, 'sts:AssumeRoleWithWebIdentity');
    expect(linesBeside(byRole, another).filter((line) => line.startsWith('fault'))).toEqual([
      'fault audience',
      'fault subject',
    ]);
  });

  test('and is none where it opens no session, or where the role is lent in several ways', () => {
    expect(linesBeside(byRole, allow({ AWS: '888899990000' }, 'sts:TagSession'))).toStrictEqual([]);
    const trust = trustPolicy([byRole, byToken, byResponse], BROKERS);
    expect([byRole, byToken, byResponse].map((of) => linesOf(of, { trust }))).toEqual([[], [], []]);
  });
});
