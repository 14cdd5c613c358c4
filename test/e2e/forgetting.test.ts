import { createPublicKey } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoLogPlaces } from '../../lib/aws/log-places.ts';
import { eventOf } from '../../lib/aws/ledger-item.ts';
import { verifyChain } from '../../lib/broker/chain.ts';
import { verifyLedger } from '../../lib/broker/log/verify-ledger.ts';
import type { Browser } from '../../local/browser.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';
import { hatcheck } from '../cli/run.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { addRole } from './roles.ts';

const REASON = 'Because the canary of the payments sings.';
const COMMENT = 'Then silence it, says the canary’s keeper.';
const EMAIL = 'engineer@example.com';

let stack: TestStack;
let engineer: Browser;
let approver: Browser;
let byHand: DynamoDBClient;
let handle: string;
let name: string;
let requestId: string;

beforeAll(async () => {
  stack = await startTestStack();
  engineer = await stack.signedIn(EMAIL);
  approver = await stack.signedIn('approver@example.com');
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  byHand = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
  const me = (await engineer.call('GET', '/v1/me')).json['principal'] as { handle: string; displayName: string };
  ({ handle, displayName: name } = me);
  await aRequest();
  await settle();
});
afterAll(async () => {
  byHand.destroy();
  await stack.close();
});

const aRequest = async (): Promise<void> => {
  const { json } = await engineer.call('POST', '/v1/requests', {
    ...{ entitlementId: 'prod-admin', justification: REASON, durationSeconds: 900, ticket: 'OPS-1' },
  });
  ({ id: requestId } = json['request'] as { id: string });
  await approver.call('POST', `/v1/requests/${requestId}/approve`, { comment: COMMENT });
  await engineer.call('POST', `/v1/requests/${requestId}/credentials`);
};

/** What follows the ledger has done all that there is to do, and the log is signed. */
const settle = async (): Promise<void> => {
  for (let turns = 0; turns < 3; turns += 1) {
    await stack.ledgerStream.poll();
    for (const queue of stack.queues) await queue.poll();
  }
  await stack.checkpoints.run();
  await stack.exports.run();
};

/** What is in the bucket of the export, as somebody who may read it brings it down. */
const exportedTo = async (folder: string): Promise<readonly string[]> => {
  const role = `arn:aws:iam::${BROKER_ACCOUNT}:role/reader`;
  addRole(stack, role, 's3:*');
  const credentials = stack.aws.credentialsFor(role, 'reader');
  const s3 = new S3Client({ endpoint: stack.aws.endpoint, region: 'eu-west-1', forcePathStyle: true, credentials });
  const Bucket = stack.template.functions['on-export']?.environment['EXPORT_BUCKET'] ?? '';
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const names = Contents.flatMap(({ Key }) => Key ?? []);
  for (const Key of names) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    await mkdir(dirname(join(folder, Key)), { recursive: true });
    await writeFile(join(folder, Key), (await Body?.transformToString()) ?? '');
  }
  s3.destroy();
  return names;
};

const table = (logicalId: string): string => stack.template.tables[logicalId]?.createTable.TableName ?? '';

const itemsIn = async (logicalId: string) => {
  const { Items = [], LastEvaluatedKey } = await byHand.send(
    new ScanCommand({ TableName: table(logicalId), ConsistentRead: true }),
  );
  expect(LastEvaluatedKey).toBeUndefined();
  return Items;
};

const everything = async (): Promise<string> =>
  JSON.stringify(await Promise.all(['LedgerTable', 'IndexTable', 'IdentityTable'].map(itemsIn)));

const forget = (order: object) => stack.invoke('on-forget', order);

/** Every stream's chain, and every checkpoint with all that it covers. */
const verified = async () => {
  const items = await itemsIn('LedgerTable');
  const streams = Map.groupBy(items.map(eventOf), ({ stream }) => stream);
  for (const events of streams.values()) verifyChain(events.toSorted((a, b) => a.seq - b.seq));
  const of = (stream: string) =>
    items
      .filter((item) => item['stream']?.S === stream)
      .map(({ seq, canonical, hash }) => ({ seq: Number(seq?.N), canonical: canonical?.S ?? '', hash: hash?.S ?? '' }))
      .toSorted((a, b) => a.seq - b.seq);
  return verifyLedger(
    {
      items: (stream, from, to) => Promise.resolve(of(stream).filter(({ seq }) => from <= seq && seq <= to)),
      tile: dynamoLogPlaces({ client: byHand, table: table('IndexTable') }).tile,
    },
    { from: 0 },
    [await checkpointKey()],
  );
};

const checkpointKey = async () => {
  const role = Object.values(stack.template.roles).find(({ arn }) => arn.endsWith('-on-checkpoint'));
  const credentials = stack.aws.credentialsFor(role?.arn ?? '', 'somebody-who-may-read-it');
  const kms = new KMSClient({ endpoint: stack.aws.endpoint, region: 'eu-west-1', credentials });
  const KeyId = stack.template.functions['on-checkpoint']?.environment['HATCHECK_CHECKPOINT_KEYS'] ?? '';
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  kms.destroy();
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
};

describe('a person who is forgotten, in the whole stack', () => {
  test('was there: name, e-mail and words; and nothing is forgotten while a grant is live', async () => {
    const before = await everything();
    for (const text of [REASON, COMMENT, EMAIL, name]) expect([text, before.includes(text)]).toEqual([text, true]);
    expect(await forget({ handles: [handle] })).toEqual({
      ...{ outcome: 'refused', obstacles: [{ why: 'live_grant', requestId }] },
    });
    expect(await everything()).toContain(REASON);
  });

  test('is gone from every table, by the function’s own role; what others said stays; every chain and checkpoint still verifies', async () => {
    expect((await verified()).firstBad).toBeUndefined();
    await engineer.call('POST', `/v1/requests/${requestId}/end`);
    await settle();
    expect(await forget({ handles: [handle] })).toMatchObject({ outcome: 'forgotten' });
    expect(stack.aws.calls.filter(({ decision }) => decision === 'denied')).toStrictEqual([]);
    await settle();

    const after = await everything();
    for (const text of [REASON, EMAIL, name]) expect([text, after.includes(text)]).toEqual([text, false]);
    expect(after).toContain(COMMENT);
    expect((await itemsIn('IdentityTable')).filter((item) => JSON.stringify(item).includes(handle))).toStrictEqual([]);

    const { checked, firstBad } = await verified();
    expect(firstBad).toBeUndefined();
    expect(checked.checkpoints).toBeGreaterThanOrEqual(2);
    expect(checked.events).toBeGreaterThanOrEqual(8);
  });

  test('is not in the export either, which verifies with the public key alone', async () => {
    const folder = join(stack.folder, 'export');
    const names = await exportedTo(folder);
    const key = names.find((name) => name.startsWith('keys/')) ?? '';
    const { code, stdout } = await hatcheck(['audit', 'verify', folder, '--key', join(folder, key), '--json'], {});
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ ok: true })]);
    const files = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    expect(files.join('\n')).toContain('person.forgotten');
    for (const text of [REASON, EMAIL, name, COMMENT])
      expect([text, files.join('\n').includes(text)]).toEqual([text, false]);
  });

  test('is signed out at once, and shown as nobody; the request and what became of it stay', async () => {
    expect((await engineer.call('GET', '/v1/me')).status).toBe(401);
    const { status, json } = await approver.call('GET', `/v1/requests/${requestId}`);
    expect(status).toBe(200);
    expect(JSON.stringify(json)).toContain('OPS-1');
    for (const text of [REASON, EMAIL, name]) expect(JSON.stringify(json)).not.toContain(text);
  });
});
