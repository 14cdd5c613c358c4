import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { create as createCheckpoint } from '../../functions/on-checkpoint.ts';
import { create } from '../../functions/on-export.ts';
import { create as createSequence } from '../../functions/on-sequence.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { s3Client } from '../../lib/aws/s3-client.ts';
import { seal } from '../../lib/broker/chain.ts';
import { BrokenLogError } from '../../lib/broker/export/log-events.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { certain } from '../../lib/domain/invariant.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, REGION, role } from '../local/aws/small-world.ts';
import { noon, submitted } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';

const KEY = `arn:aws:kms:${REGION}:${BROKER_ACCOUNT}:key/checkpoints`;
const BUCKET = 'export';
const exportTo = { bucket: BUCKET, retentionDays: 2557 };

let database: TestDynamoDb;
let aws: LocalAws;
let log: ReturnType<typeof recordingLogger>;
let clock: ReturnType<typeof memoryClock>;

beforeEach(async () => {
  database = await startDynamoDb();
  const Statement = [{ Effect: 'Allow', Principal: { AWS: BROKER_ACCOUNT }, Action: 'kms:*', Resource: '*' }];
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  aws = await startLocalAws({
    ...{ port: 0, signingKey: randomBytes(32), dynamodbEndpoint: database.endpoint, dynamodbAccount: BROKER_ACCOUNT },
    world: {
      accounts: { [BROKER_ACCOUNT]: { buckets: [{ name: BUCKET, objects: {}, versioned: true, lock: {} }] } },
      roles: [role(BROKER)],
    },
    signingKeys: [
      {
        ...{ arn: KEY, spec: 'ECC_NIST_P256', policy: { Version: '2012-10-17', Statement } },
        privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    ],
  });
  const credentials = aws.credentialsFor(BROKER, 'on-export');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
  log = recordingLogger();
  clock = memoryClock(new Date().toISOString());
});
afterEach(async () => {
  await aws.close();
  await database.close();
});

const configOf = (more: Partial<Config> = {}): Config =>
  testConfig({
    ...{ region: REGION, tables: database.tables, checkpointKeys: [KEY], exportTo },
    endpoints: { dynamodb: aws.endpoint, kms: aws.endpoint, s3: aws.endpoint },
    ...more,
  });
const around = () => ({ clock, chance: systemChance, logger: log.logger });
const run = (more: Partial<Config> = {}) => create(configOf(more), around())();
const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });

/** Requests that were asked for, put into the log and signed. */
const signed = async (...requests: readonly string[]): Promise<void> => {
  for (const stream of requests) await ledger().append(seal(undefined, stream, { ...submitted(), at: noon(0) }));
  await createSequence(configOf(), around())({ streams: requests });
  await createCheckpoint(configOf(), around())();
};
/** As somebody would who can put into the table. */
const alter = async (stream: string, seq: number, member: 'canonical' | 'hash', value: string): Promise<void> => {
  const Key = { stream: { S: stream }, seq: { N: String(seq) } };
  const TableName = database.tables.ledger;
  const { Item } = await database.client.send(new GetItemCommand({ TableName, Key }));
  const altered = { ...certain(Item, 'the event is there'), [member]: { S: value } };
  await database.client.send(new PutItemCommand({ TableName, Item: altered }));
};
const names = async (): Promise<readonly string[]> => {
  const reader = s3Client({ endpoint: aws.endpoint, region: REGION });
  const { Contents = [] } = await reader.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key = '' }) => Key);
};
const told = () => log.lines().filter(({ message }) => String(message).startsWith('export.'));

describe('on-export', () => {
  test('writes what was signed, and then has nothing to do', async () => {
    await signed('request#r_A', 'request#r_B');
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
    expect((await names()).map((name) => name.split('/')[0])).toEqual(['checkpoints', 'events', 'keys']);
    expect(await run()).toEqual({ checkpoints: 0, files: 0, missing: 0 });
    expect(told()).toStrictEqual([]);
  });

  test('tells of an event that was altered, and exports the others', async () => {
    await signed('request#r_A', 'request#r_B');
    await alter('request#r_A', 0, 'canonical', '{}');
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 1 });
    expect(told()).toEqual([
      expect.objectContaining({ level: 'ERROR', message: 'export.missing', stream: 'request#r_A', seq: 0 }),
    ]);
  });

  test('tells of a checkpoint that somebody else put there, and goes on with the next of ours', async () => {
    await signed('request#r_A');
    const ours = certain(await ledger().last('checkpoint'), 'a checkpoint was signed');
    if (ours.type !== 'checkpoint.signed') throw new TypeError('it is a checkpoint');
    const { at, actor, type, data } = ours;
    const forged = { eventId: 'forged', at, actor, type, data: { ...data, signature: 'AAAA' } };
    await ledger().append(seal(ours, 'checkpoint', forged));
    clock.advance(300);
    await signed('request#r_B');
    expect(await run()).toEqual({ checkpoints: 2, files: 4, missing: 0 });
    expect(told()).toEqual([expect.objectContaining({ message: 'export.missing', stream: 'checkpoint', seq: 1 })]);
  });

  test('exports nothing of a log that was altered, and says so', async () => {
    await signed('request#r_A');
    await alter('log', 0, 'canonical', '{}');
    await expect(run()).rejects.toThrow(BrokenLogError);
    expect(await names()).toStrictEqual([]);
    expect(told()).toEqual([expect.objectContaining({ message: 'export.refused' })]);
  });

  test('fails where S3 does, and goes on at the next run', async () => {
    await signed('request#r_A');
    const away = { dynamodb: aws.endpoint, kms: aws.endpoint, s3: 'http://127.0.0.1:1' };
    await expect(run({ endpoints: away })).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(await run()).toEqual({ checkpoints: 1, files: 2, missing: 0 });
  });

  test.each<[string, Partial<Config>]>([
    ['a bucket', { checkpointKeys: [KEY] }],
    ['a key', { exportTo }],
  ])('does not start without %s', (_, config) => {
    expect(() => create(testConfig(config))).toThrow(TypeError);
  });
});
