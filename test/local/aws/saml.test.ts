import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AssumeRoleWithSAMLCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRoleWithSAMLCommandInput } from '@aws-sdk/client-sts';
import type { LocalAws } from '../../../local/aws/server.ts';
import { selfSignedCertificate } from '../../../local/idp/certificate.ts';
import { samlResponse } from '../../../local/idp/saml-response.ts';
import type { SamlStatement } from '../../../local/idp/saml-response.ts';
import { codeOf, policy, REGION, role, start, TARGET, TARGET_ACCOUNT, world } from './small-world.ts';

const ISSUER = 'https://issuer.example.com/saml';
const AUDIENCE = 'https://signin.aws.amazon.com/saml';
const PROVIDER = `arn:aws:iam::${TARGET_ACCOUNT}:saml-provider/hatcheck`;
const CHINESE = `arn:aws-cn:iam::${TARGET_ACCOUNT}:saml-provider/hatcheck`;
const ATTRIBUTES = 'https://aws.amazon.com/SAML/Attributes/';
const ROLE = (name: string, partition = 'aws') => `arn:${partition}:iam::${TARGET_ACCOUNT}:role/hatcheck/${name}`;

const newKey = () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, certificate: selfSignedCertificate(privateKey, 'hatcheck', new Date()) };
};
const [key, otherKey] = [newKey(), newKey()];
const metadata = `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}"><IDPSSODescriptor \
protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><KeyDescriptor use="signing"><KeyInfo \
xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${key.certificate}</X509Certificate></X509Data></KeyInfo>\
</KeyDescriptor><SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${ISSUER}"/>\
</IDPSSODescriptor></EntityDescriptor>`;

const trusting = (provider: string, audience: string, Action: string[]) =>
  policy({
    ...{ Effect: 'Allow', Principal: { Federated: provider }, Action },
    Condition: { StringEquals: { 'SAML:aud': audience, 'SAML:iss': ISSUER, 'SAML:sub': 'legacy-admin' } },
  });
const WHOLE = ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'];

let aws: LocalAws;
let sts: STSClient;
beforeAll(async () => {
  const here = world(
    role(ROLE('Legacy'), { trustPolicy: trusting(PROVIDER, AUDIENCE, WHOLE), maxSessionSeconds: 43_200 }),
    role(ROLE('NoTags'), { trustPolicy: trusting(PROVIDER, AUDIENCE, WHOLE.slice(0, 1)) }),
    role(ROLE('Legacy', 'aws-cn'), { trustPolicy: trusting(CHINESE, 'https://signin.amazonaws.cn/saml', WHOLE) }),
  );
  const target = { buckets: [], samlProviders: [{ name: 'hatcheck', metadata }] };
  aws = await start({ world: { ...here, accounts: { ...here.accounts, [TARGET_ACCOUNT]: target } } });
  sts = new STSClient({ endpoint: aws.endpoint, region: REGION, maxAttempts: 1 });
});
afterAll(() => aws.close());

interface Made {
  readonly statement?: Partial<SamlStatement>;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly signer?: typeof key;
}

const response = ({ statement = {}, attributes = {}, signer = key }: Made): string =>
  samlResponse(
    {
      ...{ issuer: ISSUER, audience: AUDIENCE, recipient: AUDIENCE, nameId: 'legacy-admin' },
      nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
      ...{
        authnInstant: new Date(),
        authnContext: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified',
        now: new Date(),
      },
      attributes: {
        [`${ATTRIBUTES}Role`]: [`${ROLE('Legacy')},${PROVIDER}`, `${ROLE('NoTags')},${PROVIDER}`],
        [`${ATTRIBUTES}RoleSessionName`]: ['engineer@example.com'],
        ...attributes,
      },
      ...statement,
    },
    signer,
  );

const assume = (made: Made = {}, input: Partial<AssumeRoleWithSAMLCommandInput> = {}) =>
  sts.send(
    new AssumeRoleWithSAMLCommand({
      ...{ RoleArn: ROLE('Legacy'), PrincipalArn: PROVIDER, SAMLAssertion: response(made) },
      ...input,
    }),
  );

const TAGGED = {
  [`${ATTRIBUTES}PrincipalTag:hatcheck-request`]: ['r_1'],
  [`${ATTRIBUTES}TransitiveTagKeys`]: ['hatcheck-request'],
};

test('a role session by SAML is answered as AWS does, for up to twelve hours', async () => {
  const attributes = { ...TAGGED, [`${ATTRIBUTES}SourceIdentity`]: ['p_x'] };
  const answer = await assume({ attributes }, { DurationSeconds: 43_200 });
  expect(answer).toMatchObject({
    Subject: 'legacy-admin',
    SubjectType: 'persistent',
    Issuer: ISSUER,
    Audience: AUDIENCE,
  });
  expect(answer.SourceIdentity).toBe('p_x');
  expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${TARGET_ACCOUNT}:assumed-role/Legacy/engineer@example.com`);
  expect((answer.Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeGreaterThan(43_190_000);
});

test('a role session ends with SessionNotOnOrAfter, where that is sooner', async () => {
  const sessionNotOnOrAfter = new Date(Date.now() + 1_800_000);
  const { Credentials } = await assume({ statement: { sessionNotOnOrAfter } });
  expect((Credentials?.Expiration?.getTime() ?? 0) - Date.now()).toBeLessThanOrEqual(1_800_000);
});

test('each partition has a place of its own for responses', async () => {
  const chinese = 'https://signin.amazonaws.cn/saml';
  const attributes = { [`${ATTRIBUTES}Role`]: [`${CHINESE},${ROLE('Legacy', 'aws-cn')}`] };
  const there = { RoleArn: ROLE('Legacy', 'aws-cn'), PrincipalArn: CHINESE };
  expect(await codeOf(assume({ attributes, statement: { audience: chinese, recipient: chinese } }, there))).toBe(
    'none',
  );
  expect(await codeOf(assume({ attributes }, there))).toBe('InvalidIdentityTokenException');
});

describe('what AWS refuses is refused', () => {
  const tag = (value: string) => ({ attributes: { [`${ATTRIBUTES}PrincipalTag:k`]: [value] } });
  const named = (name: string) => ({ attributes: { [`${ATTRIBUTES}RoleSessionName`]: [name] } });
  test.each<[string, Made, string]>([
    ['another key', { signer: otherKey }, 'InvalidIdentityTokenException'],
    ['another issuer', { statement: { issuer: 'https://other.example.com' } }, 'InvalidIdentityTokenException'],
    ['another audience', { statement: { audience: 'https://other.example.com' } }, 'InvalidIdentityTokenException'],
    ['another recipient', { statement: { recipient: 'https://other.example.com' } }, 'InvalidIdentityTokenException'],
    ['an hour ago', { statement: { now: new Date(Date.now() - 3_600_000) } }, 'ExpiredTokenException'],
    ['another subject', { statement: { nameId: 'prod-admin' } }, 'AccessDenied'],
    ['no role', { attributes: { [`${ATTRIBUTES}Role`]: [] } }, 'AccessDenied'],
    ['another role', { attributes: { [`${ATTRIBUTES}Role`]: [`${TARGET},${PROVIDER}`] } }, 'AccessDenied'],
    ['no session name', { attributes: { [`${ATTRIBUTES}RoleSessionName`]: [] } }, 'InvalidIdentityTokenException'],
    ['a session name of 64 characters', named('a'.repeat(64)), 'none'],
    ['a session name of 65 characters', named('a'.repeat(65)), 'InvalidIdentityTokenException'],
    ['a tag value of 256 characters', tag('v'.repeat(256)), 'none'],
    ['a tag value of 257 characters', tag('v'.repeat(257)), 'ValidationError'],
  ])('%s', async (_what, made, code) => {
    expect(await codeOf(assume(made))).toBe(code);
  });

  test.each<[string, Partial<AssumeRoleWithSAMLCommandInput>, string]>([
    ['899 seconds', { DurationSeconds: 899 }, 'ValidationError'],
    ['900 seconds', { DurationSeconds: 900 }, 'none'],
    ['12 hours and a second', { DurationSeconds: 43_201 }, 'ValidationError'],
    ['more than the role allows', { DurationSeconds: 3601, RoleArn: ROLE('NoTags') }, 'ValidationError'],
    ['what the role allows', { DurationSeconds: 3600, RoleArn: ROLE('NoTags') }, 'none'],
    ['another provider', { PrincipalArn: `${PROVIDER}2` }, 'InvalidIdentityTokenException'],
    ['no response', { SAMLAssertion: 'bm9uZQ==' }, 'InvalidIdentityTokenException'],
    ['a response of 100,001 characters', { SAMLAssertion: 'a'.repeat(100_001) }, 'ValidationError'],
  ])('%s', async (_what, input, code) => {
    expect(await codeOf(assume({}, input))).toBe(code);
  });

  test('tags where the trust policy says nothing of them', async () => {
    expect(await codeOf(assume({ attributes: TAGGED }, { RoleArn: ROLE('NoTags') }))).toBe('AccessDenied');
  });
});
