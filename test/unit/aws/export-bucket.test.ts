import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { GetObjectCommand, GetObjectRetentionCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { s3ExportBucket } from '../../../lib/aws/export-bucket.ts';
import { s3Client } from '../../../lib/aws/s3-client.ts';
import type { ExportFile } from '../../../lib/broker/export/ports.ts';
import { type LocalAws, startLocalAws } from '../../../local/aws/server.ts';
import { type Blow, type Proxy, startProxy } from '../../faults/proxy.ts';
import { BROKER, BROKER_ACCOUNT, REGION, policy, role, world } from '../../local/aws/small-world.ts';

const BUCKET = 'export';
const WRITER = `arn:aws:iam::${BROKER_ACCOUNT}:role/on-export`;
const AT_ALL = ['s3:PutObject', 's3:PutObjectRetention'];

let aws: LocalAws;
let proxy: Proxy<string>;
beforeEach(async () => {
  const { accounts, ...rest } = world();
  const locked = { name: BUCKET, objects: {}, versioned: true, lock: {} };
  aws = await startLocalAws({
    ...{ port: 0, signingKey: randomBytes(32) },
    world: { ...rest, accounts: { ...accounts, [BROKER_ACCOUNT]: { buckets: [locked] } } },
  });
  const error = (status: number, code: string) => ({ status, body: `<Error><Code>${code}</Code></Error>` });
  proxy = await startProxy({
    target: aws.endpoint,
    read: (_headers, body) => body,
    errors: {
      throttled: error(503, 'SlowDown'),
      refused: error(403, 'AccessDenied'),
      failed: error(500, 'InternalError'),
    },
  });
});
afterEach(async () => {
  await proxy.close();
  await aws.close();
});

const clientOf = (roleArn: string, endpoint = proxy.endpoint) =>
  s3Client({ endpoint, region: REGION, credentials: aws.credentialsFor(roleArn, 'session') });
const bucketOf = (actions = AT_ALL, Resource = `arn:aws:s3:::${BUCKET}/*`) => {
  aws.addRole(role(WRITER, { policies: [policy({ Effect: 'Allow', Action: actions, Resource })] }));
  return s3ExportBucket({ client: clientOf(WRITER), bucket: BUCKET });
};
const file = (content = 'a line\n'): ExportFile => ({
  ...{ name: 'events/dt=2026-11-22/0000000000-0000.jsonl', content, type: 'application/x-ndjson' },
  keptUntil: '2033-11-22T23:50:00.000Z',
});
/** What became of the puts, one after the other; the last of them holds for all that follow. */
const strike = (...blows: (Blow | undefined)[]): void => {
  proxy.strike(() => blows.shift());
};
const there = async () => {
  const reader = clientOf(BROKER, aws.endpoint);
  const { Versions = [] } = await reader.send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
  const read = (Key: string) => reader.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  return Promise.all(Versions.map(async ({ Key = '' }) => [Key, await (await read(Key)).Body?.transformToString()]));
};

describe('a file of the export', () => {
  test('is there once it was put, in COMPLIANCE until its date, with its type', async () => {
    expect(await bucketOf().put(file())).toBe('written');
    expect(await there()).toEqual([[file().name, 'a line\n']]);
    const reader = clientOf(BROKER, aws.endpoint);
    const { Retention } = await reader.send(new GetObjectRetentionCommand({ Bucket: BUCKET, Key: file().name }));
    expect(Retention).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: new Date('2033-11-22T23:50:00.000Z') });
    const { ContentType } = await reader.send(new GetObjectCommand({ Bucket: BUCKET, Key: file().name }));
    expect(ContentType).toBe('application/x-ndjson');
  });

  test('that is there already stays as it is', async () => {
    await bucketOf().put(file());
    expect(await bucketOf().put(file('another line\n'))).toBe('there');
    expect(await there()).toEqual([[file().name, 'a line\n']]);
  });

  test.each<[string, (Blow | undefined)[], 'written' | 'there']>([
    ['throttled twice', ['throttled', 'throttled'], 'written'],
    ['failed once', ['failed'], 'written'],
    ['cut off on the way', ['resetBefore'], 'written'],
    ['taken, and its answer lost', ['resetAfter'], 'there'],
  ])('%s is put again by itself, and there once', async (_, blows, outcome) => {
    strike(...blows);
    expect(await bucketOf().put(file())).toBe(outcome);
    expect(await there()).toEqual([[file().name, 'a line\n']]);
  });

  test.each<[string, (Blow | undefined)[]]>([
    ['throttled again and again', ['throttled', 'throttled', 'throttled']],
    ['refused', ['refused']],
  ])('%s is not there, and it is said', async (_, blows) => {
    strike(...blows);
    await expect(bucketOf().put(file())).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(await there()).toStrictEqual([]);
  });

  test('whose last answer is lost too may be there: it is not said that it is', async () => {
    strike('resetBefore', 'resetBefore', 'resetAfter');
    await expect(bucketOf().put(file())).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(await bucketOf().put(file())).toBe('there');
  });

  test.each([
    ['without s3:PutObjectRetention', ['s3:PutObject'], undefined],
    ['outside its prefix', AT_ALL, `arn:aws:s3:::${BUCKET}/keys/*`],
  ])('is not put %s', async (_, actions, resource) => {
    await expect(bucketOf(actions, resource).put(file())).rejects.toMatchObject({ code: 'aws_unavailable' });
  });

  test('is as it was put, whatever letters it has', async () => {
    await bucketOf().put(file('Zoë — 日本\n'));
    expect(await there()).toEqual([[file().name, 'Zoë — 日本\n']]);
  });
});
