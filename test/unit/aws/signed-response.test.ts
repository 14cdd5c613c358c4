import { type KeyObject, X509Certificate, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { inspect } from 'node:util';
import type { KMSClient, SignCommandInput } from '@aws-sdk/client-kms';
import { AssumeRoleWithSAMLCommand, STSClient } from '@aws-sdk/client-sts';
import { describe, expect, test } from '@jest/globals';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import * as fc from 'fast-check';
import { SignedXml } from 'xml-crypto';
import { kmsAssertions } from '../../../lib/aws/assertions.ts';
import { stsRoleSessions } from '../../../lib/aws/role-sessions.ts';
import { certificateOfKmsKey, issuerMetadata } from '../../../lib/config/issuer-metadata.ts';
import { type RoleSessionOrder, entityIdOf } from '../../../lib/domain/role-session.ts';
import { ALLOW_ALL, policy, role, start, world } from '../../local/aws/small-world.ts';

const ISSUER = 'https://issuer.example.com';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const certificate = certificateOfKmsKey(createPublicKey(privateKey), 'issuer.example.com', new Date());

const PARTITIONS = [
  { partition: 'aws', region: 'eu-west-1', signIn: 'https://signin.aws.amazon.com/saml' },
  { partition: 'aws-us-gov', region: 'us-gov-west-1', signIn: 'https://signin.amazonaws-us-gov.com/saml' },
  { partition: 'aws-cn', region: 'cn-north-1', signIn: 'https://signin.amazonaws.cn/saml' },
] as const;

const orderIn = (partition: string, changes: Partial<RoleSessionOrder> = {}): RoleSessionOrder => ({
  ...{ via: 'saml', roleArn: `arn:${partition}:iam::111122223333:role/hatcheck/Legacy`, region: 'eu-west-1' },
  providerArn: `arn:${partition}:iam::111122223333:saml-provider/hatcheck`,
  ...{ requestId: 'r_1', entitlementId: 'legacy-admin', sessionName: 'engineer+ops@example.com=abcdefgh' },
  ...{ sourceIdentity: 'p_0123456789012345678901234567890123456789012', durationSeconds: 28_800 },
  ...{ endsAt: '2999-01-01T13:00:00.000Z', tags: { 'hatcheck-request': 'r_1', 'hatcheck-ticket': 'OPS-1' } },
  transitive: true,
  policy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
  ...changes,
});

/** KMS as far as it is asked for one thing. */
const signing = (asked: SignCommandInput[], key: KeyObject): KMSClient =>
  ({
    send: ({ input }: { input: SignCommandInput }) => {
      asked.push(input);
      return Promise.resolve({ Signature: sign('sha256', input.Message ?? Buffer.of(), key) });
    },
  }) as unknown as KMSClient;

const assertionsBy = (key: KeyObject = privateKey, asked: SignCommandInput[] = [], now = new Date()) =>
  kmsAssertions({
    responses: {
      client: signing(asked, key),
      ...{ keyId: 'the-key', entityId: entityIdOf(ISSUER) },
      clock: { now: () => now.toISOString() },
      chance: { token: (bytes) => Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url') },
    },
  });

const responseFor = async (order: RoleSessionOrder, now = new Date()): Promise<string> =>
  (await assertionsBy(privateKey, [], now).sign(order)).reveal();

const xmlOf = (response: string): string => Buffer.from(response, 'base64').toString();

const nodeSaml = (audience: string) =>
  new SAML({
    ...{ idpCert: certificate, issuer: audience, audience, callbackUrl: audience, idpIssuer: entityIdOf(ISSUER) },
    ...{ wantAuthnResponseSigned: false, wantAssertionsSigned: true, validateInResponseTo: ValidateInResponseTo.never },
  });

/** By xml-crypto alone: what the signature covers. */
const covered = (xml: string): string | undefined => {
  const signature = new SignedXml({ publicCert: createPublicKey(privateKey) });
  signature.loadSignature(/<ds:Signature .*<\/ds:Signature>/.exec(xml)?.[0] ?? '');
  return signature.checkSignature(xml) ? signature.getSignedReferences()[0] : undefined;
};

describe('a response that we sign', () => {
  test.each(PARTITIONS)(
    'is believed by node-saml, made out to the sign-in of $partition',
    async ({ partition, signIn }) => {
      const { profile } = await nodeSaml(signIn).validatePostResponseAsync({
        SAMLResponse: await responseFor(orderIn(partition)),
      });
      expect(profile).toMatchObject({
        ...{ issuer: entityIdOf(ISSUER), nameID: 'legacy-admin' },
        attributes: {
          'https://aws.amazon.com/SAML/Attributes/Role': `arn:${partition}:iam::111122223333:role/hatcheck/Legacy,arn:${partition}:iam::111122223333:saml-provider/hatcheck`,
          'https://aws.amazon.com/SAML/Attributes/RoleSessionName': 'engineer+ops@example.com=abcdefgh',
          'https://aws.amazon.com/SAML/Attributes/SessionDuration': '28800',
          'https://aws.amazon.com/SAML/Attributes/SourceIdentity': 'p_0123456789012345678901234567890123456789012',
          'https://aws.amazon.com/SAML/Attributes/PrincipalTag:hatcheck-request': 'r_1',
          'https://aws.amazon.com/SAML/Attributes/PrincipalTag:hatcheck-ticket': 'OPS-1',
          'https://aws.amazon.com/SAML/Attributes/TransitiveTagKeys': ['hatcheck-request', 'hatcheck-ticket'],
        },
      });
      const others = PARTITIONS.filter((other) => other.partition !== partition).map((other) => other.signIn);
      for (const other of others) {
        const there = nodeSaml(other).validatePostResponseAsync({
          SAMLResponse: await responseFor(orderIn(partition)),
        });
        await expect(there).rejects.toThrow();
      }
    },
  );

  test('is good for a minute, from the second in which it was made', async () => {
    const xml = xmlOf(await responseFor(orderIn('aws'), new Date('2026-01-01T12:00:00.999Z')));
    expect([...xml.matchAll(/(?:NotBefore|NotOnOrAfter|IssueInstant)="([^"]*)"/g)].map(([, time]) => time)).toEqual([
      '2026-01-01T12:00:00Z',
      '2026-01-01T12:00:00Z',
      '2026-01-01T12:01:00Z',
      '2026-01-01T12:00:00Z',
      '2026-01-01T12:01:00Z',
    ]);
  });

  test('is signed once, by the one key and the one algorithm, over no more than KMS takes', async () => {
    const asked: SignCommandInput[] = [];
    await assertionsBy(privateKey, asked).sign(orderIn('aws'));
    expect(asked).toMatchObject([
      { KeyId: 'the-key', SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256', MessageType: 'RAW' },
    ]);
    expect(asked[0]?.Message?.length).toBeLessThan(4096);
  });

  test('covers all that is said, whatever stands in a tag or a name: xml-crypto reads the bytes that we hashed', async () => {
    const awkward = fc.stringMatching(/^[\p{L}\p{Zs}\p{N}_.:/=+\-@]{0,40}$/u);
    await fc.assert(
      fc.asyncProperty(awkward, fc.stringMatching(/^[A-Za-z0-9_+=,.@-]{2,64}$/), async (value, sessionName) => {
        const xml = xmlOf(await responseFor(orderIn('aws', { sessionName, tags: { 'hatcheck-ticket': value } })));
        const said = covered(xml);
        expect(said).toContain(`<saml:AttributeValue>${value}</saml:AttributeValue>`);
        expect(said).toContain(`<saml:AttributeValue>${sessionName}</saml:AttributeValue>`);
        // The canonical form is the text itself, but for the signature.
        expect(xml.replace(/<ds:Signature .*<\/ds:Signature>/, '')).toContain(said);
      }),
      { numRuns: 50 },
    );
  });

  test('whose one letter is another is not believed', async () => {
    const xml = xmlOf(await responseFor(orderIn('aws'))).replace(
      'PrincipalTag:hatcheck-request',
      'PrincipalTag:hatcheck-requesT',
    );
    expect(covered(xml)).toBeUndefined();
    const SAMLResponse = Buffer.from(xml).toString('base64');
    await expect(nodeSaml(PARTITIONS[0].signIn).validatePostResponseAsync({ SAMLResponse })).rejects.toThrow();
  });

  test('is never the same twice', async () => {
    const ids = async () =>
      [...xmlOf(await responseFor(orderIn('aws'))).matchAll(/ ID="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set([...(await ids()), ...(await ids())]).size).toBe(4);
  });

  test.each<[string, Partial<RoleSessionOrder>, string]>([
    ['of twelve hours and a second', { durationSeconds: 43_201 }, 'duration'],
    ['for no provider', { providerArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin' }, 'provider_arn'],
    ['with a control character in a tag', { tags: { 'hatcheck-ticket': 'a\u0000b' } }, 'tags'],
    ['of another way', { via: 'webIdentity' }, 'NoSigningKey'],
  ])('%s is not made', async (_what, changes, message) => {
    await expect(assertionsBy().sign(orderIn('aws', changes))).rejects.toMatchObject({ outcome: 'failed', message });
  });

  test('is not made where KMS answers without a signature', async () => {
    const silent = kmsAssertions({
      responses: {
        client: { send: () => Promise.resolve({}) } as unknown as KMSClient,
        ...{ keyId: 'the-key', entityId: entityIdOf(ISSUER) },
        ...{ clock: { now: () => new Date().toISOString() }, chance: { token: () => 'x' } },
      },
    });
    await expect(silent.sign(orderIn('aws'))).rejects.toMatchObject({ message: 'Signing.TypeError' });
  });

  test('shows itself to nobody who prints it', async () => {
    const made = await assertionsBy().sign(orderIn('aws'));
    expect(inspect(made, { depth: 9, showHidden: true }) + JSON.stringify(made)).not.toContain('PHNhbW');
  });
});

describe('the local AWS', () => {
  test.each(PARTITIONS)(
    'opens a session by it in $partition, for whom and as long as it says',
    async ({ partition, region, signIn }) => {
      const order = { ...orderIn(partition), region };
      const trustPolicy = policy({
        ...{ Effect: 'Allow', Principal: { Federated: order.providerArn } },
        Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Condition: {
          StringEquals: { 'SAML:aud': signIn, 'SAML:iss': entityIdOf(ISSUER), 'SAML:sub': 'legacy-admin' },
          StringLike: { 'aws:RequestTag/hatcheck-request': 'r_*', 'sts:SourceIdentity': 'p_*' },
        },
      });
      const here = world(role(order.roleArn, { trustPolicy, policies: [ALLOW_ALL], maxSessionSeconds: 43_200 }));
      const samlProviders = [{ name: 'hatcheck', metadata: issuerMetadata(ISSUER, [certificate]) }];
      const aws = await start({ world: { ...here, accounts: { '111122223333': { buckets: [], samlProviders } } } });
      try {
        const sessions = stsRoleSessions({ endpoint: aws.endpoint });
        const response = await assertionsBy().sign(order);
        const credentials = await sessions.open(order, response);
        expect(Date.parse(credentials.expiration) - Date.now()).toBeGreaterThan(28_790_000);
        // For another role of the same account the very response is nothing.
        const elsewhere = { ...order, roleArn: `${order.roleArn}2` };
        await expect(sessions.open(elsewhere, response)).rejects.toMatchObject({
          outcome: 'failed',
          message: 'AccessDenied',
        });
        const shown = new STSClient({ endpoint: aws.endpoint, region, maxAttempts: 1 }).send(
          new AssumeRoleWithSAMLCommand({
            ...{ RoleArn: order.roleArn, PrincipalArn: order.providerArn, SAMLAssertion: response.reveal() },
          }),
        );
        expect(await shown).toMatchObject({ SourceIdentity: order.sourceIdentity, Subject: 'legacy-admin' });
      } finally {
        await aws.close();
      }
    },
  );
});

describe('the metadata', () => {
  test('has a certificate of the very key, which nobody needs the private key for', () => {
    const parsed = new X509Certificate(Buffer.from(certificate, 'base64'));
    expect(parsed.publicKey.equals(createPublicKey(privateKey))).toBe(true);
    expect(parsed.subject).toBe('CN=issuer.example.com');
    expect(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom)).toBeGreaterThan(9 * 365 * 86_400_000);
  });
});
