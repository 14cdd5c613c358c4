import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { checkpointText, keyId, verifyCheckpoint } from '../../lib/broker/log/checkpoint.ts';
import type { LocalStack } from '../../local/template.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ alter: withEverythingOfKms });
});
afterAll(() => stack.close());

/** As a wrong serverless.yml, or somebody who attaches policies, would have it: every role may do everything with every key. */
const withEverythingOfKms = (compiled: LocalStack): LocalStack => ({
  ...compiled,
  roles: Object.fromEntries(
    Object.entries(compiled.roles).map(([id, role]) => [
      id,
      { ...role, policies: [...role.policies, { name: 'all-of-kms', document: ALL_OF_KMS }] },
    ]),
  ),
});

const ALL_OF_KMS = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'kms:*', Resource: '*' }] };

const keyArn = (): string => stack.template.functions['on-checkpoint']?.environment['HATCHECK_CHECKPOINT_KEYS'] ?? '';

const kmsAs = (roleId: string): KMSClient => {
  const arn = stack.template.roles[roleId]?.arn ?? '';
  const credentials = stack.aws.credentialsFor(arn, 'a-test');
  return new KMSClient({ endpoint: stack.aws.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
};

const TEXT = checkpointText({
  ...{ at: '2026-03-02T12:00:00.000Z', log: 'https://hatcheck.example.com', previous: '', size: 1 },
  root: Buffer.alloc(32).toString('base64url'),
});

const signAs = async (roleId: string, SigningAlgorithm: 'ECDSA_SHA_256' | 'ECDSA_SHA_384' = 'ECDSA_SHA_256') => {
  const kms = kmsAs(roleId);
  try {
    const Message = Buffer.from(TEXT);
    const { Signature } = await kms.send(
      new SignCommand({ KeyId: keyArn(), SigningAlgorithm, MessageType: 'RAW', Message }),
    );
    return Buffer.from(Signature ?? []).toString('base64');
  } catch (error) {
    return error instanceof Error ? error.name : 'no error';
  } finally {
    kms.destroy();
  }
};

/** `Description` aside, all that is said of the key: no `Origin` that imports it, and no other region. */
const keySchema = z.strictObject({
  Description: z.string().transform(() => undefined),
  KeySpec: z.string(),
  KeyUsage: z.string(),
  PendingWindowInDays: z.number(),
  KeyPolicy: z.object({
    Statement: z.array(z.object({ Effect: z.string(), Action: z.union([z.string(), z.array(z.string())]) })),
  }),
});

const publicKey = async () => {
  const kms = kmsAs('OnCheckpointRole');
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyArn() }));
  kms.destroy();
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
};

describe('the key of checkpoints', () => {
  test('signs for on-checkpoint and for no other role, even where all of KMS is allowed to all of them', async () => {
    const answers = await Promise.all(
      Object.keys(stack.template.roles).map(async (roleId) => [roleId, await signAs(roleId)] as const),
    );
    const signing = answers.filter(([, answer]) => answer !== 'AccessDeniedException');
    expect(signing.map(([roleId]) => roleId)).toEqual(['OnCheckpointRole']);
    expect(answers.length).toBeGreaterThan(12);
    const key = await publicKey();
    const signature = signing[0]?.[1] ?? '';
    expect(verifyCheckpoint({ checkpoint: TEXT, signature, kid: keyId(key) }, [key])).toMatchObject({ size: 1 });
  });

  test('signs by one algorithm only', async () => {
    expect(await signAs('OnCheckpointRole', 'ECDSA_SHA_384')).toBe('AccessDeniedException');
  });

  test('is made in KMS and has no way out of it: nothing imports, copies, grants or exports it', () => {
    const key = stack.template.resourcesOf('AWS::KMS::Key').find(({ logicalId }) => logicalId === 'CheckpointKey');
    const { KeyPolicy, ...rest } = keySchema.parse(key?.properties);
    expect(rest).toEqual({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY', PendingWindowInDays: 30 });
    const { Statement } = KeyPolicy;
    const actions = Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => Action);
    expect(
      actions.filter((action) => /\*|Import|Replicate|Grant|Derive|Decrypt|Encrypt|Generate/.test(action)),
    ).toStrictEqual([]);
  });

  test('is nowhere but in KMS: no function has anything of it but its name', () => {
    for (const { environment } of Object.values(stack.template.functions)) {
      expect(JSON.stringify(environment)).not.toContain('PRIVATE KEY');
    }
    const named = Object.values(stack.template.functions).filter(({ environment }) =>
      Object.values(environment).some((value) => value.includes(keyArn())),
    );
    expect(named.map(({ id }) => id)).toEqual(expect.arrayContaining(['on-checkpoint']));
    expect(keyArn()).toMatch(/^arn:aws:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/);
  });

  test('is not to be replaced: a checkpoint by another key never verifies with it', async () => {
    const key = await publicKey();
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signature = sign('sha256', Buffer.from(TEXT), { key: other.privateKey, dsaEncoding: 'der' }).toString(
      'base64',
    );
    for (const kid of [keyId(key), keyId(other.publicKey)]) {
      expect(() => verifyCheckpoint({ checkpoint: TEXT, signature, kid }, [key])).toThrow();
    }
    expect(verifyCheckpoint({ checkpoint: TEXT, signature, kid: keyId(other.publicKey) }, [other.publicKey])).toEqual(
      expect.objectContaining({ size: 1 }),
    );
  });
});
