import { type KeyObject, generateKeyPairSync, verify } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { kmsCheckpointSigner } from '../../../lib/aws/checkpoint-signer.ts';
import { kmsClient } from '../../../lib/aws/kms-client.ts';
import { keyId } from '../../../lib/broker/log/checkpoint.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { type LocalAws, startLocalAws } from '../../../local/aws/server.ts';
import { BROKER_ACCOUNT, role } from '../../local/aws/small-world.ts';
import { type Answer, type RecordingServer, recordingServer, reset, silence } from './recording-server.ts';

const ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/everything`;
const arnOf = (id: string): string => `arn:aws:kms:eu-west-1:${BROKER_ACCOUNT}:key/${id}`;

let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

const ANYBODY = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${BROKER_ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
  ],
};

const localKms = async (ids: readonly string[]): Promise<LocalAws> => {
  const aws = await startLocalAws({
    ...{ port: 0, dynamodbAccount: BROKER_ACCOUNT, signingKey: Buffer.alloc(32, 1) },
    world: { accounts: { [BROKER_ACCOUNT]: { buckets: [] } }, roles: [role(ROLE)] },
    signingKeys: ids.map((id) => ({
      ...{ arn: arnOf(id), spec: 'ECC_NIST_P256', policy: ANYBODY },
      privateKey: generateKeyPairSync('ec', {
        namedCurve: 'P-256',
        ...{ privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } },
      }).privateKey,
    })),
  });
  closing.push(() => aws.close());
  return aws;
};

describe('what signs checkpoints', () => {
  test('signs with the first key, as it stands, and knows all of them', async () => {
    const aws = await localKms(['new', 'old']);
    const client = kmsClient({
      region: 'eu-west-1',
      endpoint: aws.endpoint,
      credentials: aws.credentialsFor(ROLE, 'a-test'),
    });
    const signer = kmsCheckpointSigner({ client, keyIds: [arnOf('new'), arnOf('old')] });
    const { signature, kid } = await signer.sign('what is said');
    const [first, second, ...more] = await signer.keys();
    if (!first || !second) throw new TypeError('there are two keys');
    expect([kid, more.length, keyId(second) === kid]).toEqual([keyId(first), 0, false]);
    const by = (key: KeyObject) =>
      verify('sha256', Buffer.from('what is said'), { key, dsaEncoding: 'der' }, Buffer.from(signature, 'base64'));
    expect([by(first), by(second)]).toEqual([true, false]);
    await signer.sign('once more');
    expect(aws.calls.filter(({ action }) => action === 'kms:GetPublicKey')).toHaveLength(2);
  });

  test.each<readonly [string, Answer]>([
    ['refuses', (response) => response.writeHead(400).end(JSON.stringify({ __type: 'AccessDeniedException' }))],
    ['answers nonsense', (response) => response.writeHead(200).end('{}')],
    ['closes the connection', reset],
    ['does not answer', silence],
  ])(
    'says that AWS is not there when KMS %s, within its time, and asks again at the next call',
    async (_what, answer) => {
      const server: RecordingServer = await recordingServer(answer);
      closing.push(() => server.close());
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const client = kmsClient({ region: 'eu-west-1', endpoint: server.origin, credentials });
      const signer = kmsCheckpointSigner({ client, keyIds: [arnOf('new')] });
      const began = performance.now();
      const error: unknown = await signer.sign('what is said').catch((cause: unknown) => cause);
      expect(error instanceof HatcheckError && error.code).toBe('aws_unavailable');
      expect(performance.now() - began).toBeLessThan(8000);
      await expect(signer.keys()).rejects.toMatchObject({ code: 'aws_unavailable' });
    },
    30_000,
  );
});
