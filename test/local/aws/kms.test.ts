import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  CancelKeyDeletionCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import type { SignCommandInput } from '@aws-sdk/client-kms';
import type { LocalAws } from '../../../local/aws/server.ts';
import {
  BROKER,
  BROKER_ACCOUNT,
  REGION,
  TARGET,
  clientConfig,
  codeOf,
  policy,
  role,
  start,
  world,
} from './small-world.ts';

const BROKER_ADMIN = `arn:aws:iam::${BROKER_ACCOUNT}:role/admin`;
const READER = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/issuer`;
const arnOf = (id: string) => `arn:aws:kms:${REGION}:${BROKER_ACCOUNT}:key/${id}`;
const [EC, RSA, SHUT, OLD] = [arnOf('ec'), arnOf('rsa'), arnOf('shut'), arnOf('old')];

const pem = (spec: 'RSA_2048' | 'ECC_NIST_P256') =>
  (spec === 'RSA_2048'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  ).privateKey
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

const root = { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` };
const leftToTheAccount = policy({
  Effect: 'Allow',
  Principal: root,
  Action: ['kms:Sign', 'kms:GetPublicKey'],
  Resource: '*',
});

let aws: LocalAws;
let client: KMSClient;
beforeAll(async () => {
  const reader = role(READER, {
    policies: [policy({ Effect: 'Allow', Action: 'kms:GetPublicKey', Resource: [EC, RSA, SHUT] })],
  });
  const signer = role(BROKER, {
    policies: [
      policy({
        Effect: 'Allow',
        Action: ['kms:Sign', 'kms:GetPublicKey'],
        Resource: '*',
        Condition: {
          StringEqualsIfExists: {
            'kms:SigningAlgorithm': ['ECDSA_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_256', 'RSASSA_PKCS1_V1_5_SHA_512'],
          },
        },
      }),
    ],
  });
  aws = await start({
    world: world(signer, reader, role(BROKER_ADMIN)),
    signingKeys: [
      { arn: EC, spec: 'ECC_NIST_P256', privateKey: pem('ECC_NIST_P256'), policy: leftToTheAccount },
      { arn: RSA, spec: 'RSA_2048', privateKey: pem('RSA_2048'), policy: leftToTheAccount },
      {
        ...{ arn: SHUT, spec: 'ECC_NIST_P256', privateKey: pem('ECC_NIST_P256') },
        policy: policy({ Effect: 'Allow', Principal: root, Action: 'kms:GetPublicKey', Resource: '*' }),
      },
      {
        ...{ arn: OLD, spec: 'ECC_NIST_P256', privateKey: pem('ECC_NIST_P256') },
        policy: policy({ Effect: 'Allow', Principal: root, Action: 'kms:*', Resource: '*' }),
      },
    ],
  });
  client = new KMSClient(clientConfig(aws, BROKER));
});
afterAll(() => aws.close());

const MESSAGE = Buffer.from('who wears which hat');
const signed = async (input: Partial<SignCommandInput>) =>
  client.send(new SignCommand({ KeyId: EC, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256', ...input }));

const publicKey = async (KeyId: string) => {
  const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
};

describe('signatures verify with the key that is given out', () => {
  test.each([
    [EC, 'ECDSA_SHA_256', 'sha256'],
    [RSA, 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256'],
    [RSA, 'RSASSA_PKCS1_V1_5_SHA_512', 'sha512'],
  ] as const)('%s %s, of the message and of its digest', async (KeyId, SigningAlgorithm, hash) => {
    const key = await publicKey(KeyId);
    const raw = await signed({ KeyId, SigningAlgorithm });
    expect(verify(hash, MESSAGE, key, raw.Signature ?? Buffer.of())).toBe(true);
    expect(raw.KeyId).toBe(KeyId);
    const Message = createHash(hash).update(MESSAGE).digest();
    const digest = await signed({ KeyId, SigningAlgorithm, MessageType: 'DIGEST', Message });
    expect(verify(hash, MESSAGE, key, digest.Signature ?? Buffer.of())).toBe(true);
  });

  test('digests of every kind, many times over: DER integers have no fixed length', async () => {
    const key = await publicKey(EC);
    for (let i = 0; i < 100; i += 1) {
      const message = Buffer.from(String(i));
      const Message = createHash('sha256').update(message).digest();
      const { Signature } = await signed({ MessageType: 'DIGEST', Message });
      expect(verify('sha256', message, key, Signature ?? Buffer.of())).toBe(true);
    }
  });

  test('a key may be named by its id alone', async () => {
    await expect(signed({ KeyId: 'ec' })).resolves.toMatchObject({ KeyId: EC });
  });
});

describe('what KMS refuses is refused', () => {
  test.each<[string, Partial<SignCommandInput>, string]>([
    ['a key that is not there', { KeyId: arnOf('none') }, 'NotFoundException'],
    ['an algorithm of other keys', { SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }, 'ValidationException'],
    ['a digest of another length', { MessageType: 'DIGEST', Message: Buffer.alloc(31) }, 'ValidationException'],
    ['a message of 4,097 bytes', { Message: Buffer.alloc(4097) }, 'ValidationException'],
    [
      'an algorithm that the policy does not name',
      { KeyId: RSA, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_384' },
      'AccessDeniedException',
    ],
    ['what the key policy leaves to nobody', { KeyId: SHUT }, 'AccessDeniedException'],
  ])('%s', async (_what, input, code) => {
    expect(await codeOf(signed(input))).toBe(code);
  });

  test('a message of 4,096 bytes is signed', async () => {
    expect(await codeOf(signed({ Message: Buffer.alloc(4096) }))).toBe('none');
  });

  test('whoever may only read public keys does not sign, and a stranger reads none', async () => {
    const reader = new KMSClient(clientConfig(aws, READER));
    expect(await codeOf(reader.send(new GetPublicKeyCommand({ KeyId: EC })))).toBe('none');
    const command = new SignCommand({ KeyId: EC, Message: MESSAGE, SigningAlgorithm: 'ECDSA_SHA_256' });
    expect(await codeOf(reader.send(command))).toBe('AccessDeniedException');
    const stranger = new KMSClient(clientConfig(aws, TARGET));
    expect(await codeOf(stranger.send(new GetPublicKeyCommand({ KeyId: EC })))).toBe('AccessDeniedException');
  });
});

describe('a key that is taken out of use', () => {
  const admin = (): KMSClient => new KMSClient(clientConfig(aws, BROKER_ADMIN));
  const uses = () =>
    Promise.all([codeOf(signed({ KeyId: OLD })), codeOf(client.send(new GetPublicKeyCommand({ KeyId: OLD })))]);
  const both = (code: string) => [code, code];

  test('neither signs nor shows its public key while it is disabled, or waits for its end', async () => {
    await expect(uses()).resolves.toEqual(both('none'));
    await admin().send(new DisableKeyCommand({ KeyId: OLD }));
    await expect(uses()).resolves.toEqual(both('DisabledException'));
    const scheduled = await admin().send(new ScheduleKeyDeletionCommand({ KeyId: OLD, PendingWindowInDays: 7 }));
    expect(scheduled).toMatchObject({ KeyId: OLD, KeyState: 'PendingDeletion' });
    await expect(uses()).resolves.toEqual(both('KMSInvalidStateException'));
    expect(await codeOf(admin().send(new EnableKeyCommand({ KeyId: OLD })))).toBe('KMSInvalidStateException');
    await admin().send(new CancelKeyDeletionCommand({ KeyId: OLD }));
    await expect(uses()).resolves.toEqual(both('DisabledException'));
    await admin().send(new EnableKeyCommand({ KeyId: OLD }));
    await expect(uses()).resolves.toEqual(both('none'));
  });

  test('is so by whoever may say so', async () => {
    expect(await codeOf(client.send(new DisableKeyCommand({ KeyId: OLD })))).toBe('AccessDeniedException');
    expect(await codeOf(admin().send(new DisableKeyCommand({ KeyId: EC })))).toBe('AccessDeniedException');
    await expect(uses()).resolves.toEqual(both('none'));
  });
});
