import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { canonicalOf } from '../../lib/broker/chain.ts';
import { certain } from '../../lib/domain/invariant.ts';
import type { Browser } from '../../local/browser.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';
import { addRole } from './roles.ts';

const AWS = process.env['HATCHECK_AWS_CLI'] ?? '/usr/bin/aws';
const HATCHECK = fileURLToPath(new URL('../../cli/hatcheck.ts', import.meta.url));
const READER = `arn:aws:iam::${BROKER_ACCOUNT}:role/security-team`;
const ADMIN = `arn:aws:iam::${BROKER_ACCOUNT}:role/administrator`;
const run = promisify(execFile);

let stack: TestStack;
let engineer: Browser;
let byHand: DynamoDBClient;
let bucket: string;

beforeAll(async () => {
  stack = await startTestStack();
  engineer = await stack.signedIn('engineer@example.com');
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  byHand = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
  bucket = certain(stack.template.functions['on-export']?.environment['EXPORT_BUCKET'], 'there is a bucket');
  addRole(stack, READER, 's3:GetObject', 's3:ListBucket', 's3:ListBucketVersions', 's3:GetObjectRetention');
  addRole(stack, ADMIN, '*');
});
afterAll(async () => {
  byHand.destroy();
  await stack.close();
});

const s3As = (roleArn: string): S3Client =>
  new S3Client({
    ...{ endpoint: stack.aws.endpoint, region: 'eu-west-1', forcePathStyle: true, maxAttempts: 1 },
    credentials: stack.aws.credentialsFor(roleArn, 'session'),
  });
const table = (logicalId: string): string =>
  certain(stack.template.tables[logicalId]?.createTable.TableName, 'the template has that table');
const ledger = () => dynamoLedger({ client: byHand, table: table('LedgerTable') });

/** A request that is asked for, approved by rule, used and ended. */
const lifeOfARequest = async (): Promise<string> => {
  const { json } = await engineer.call('POST', '/v1/requests', {
    ...{ entitlementId: 'prod-read', justification: 'Looking at logs', durationSeconds: 900 },
  });
  const { id } = json['request'] as { id: string };
  await engineer.call('POST', `/v1/requests/${id}/credentials`, {});
  await engineer.call('POST', `/v1/requests/${id}/end`, {});
  return id;
};
const exported = async (): Promise<void> => {
  await stack.ledgerStream.poll();
  await stack.ledgerStream.poll();
  await stack.checkpoints.run();
  await stack.exports.run();
};

/** What is there, by name; with every version, so that nothing is there twice. */
const versions = async (): Promise<readonly string[]> => {
  const { Versions = [], DeleteMarkers = [] } = await s3As(READER).send(
    new ListObjectVersionsCommand({ Bucket: bucket }),
  );
  return [...Versions, ...DeleteMarkers].map(({ Key = '', VersionId = '' }) => `${Key} ${VersionId}`);
};
const namesThere = async (): Promise<readonly string[]> =>
  (await versions()).map((version) => certain(version.split(' ')[0], 'a name'));

const codeOf = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(String, (error: unknown) => (error instanceof Error ? error.name : String(error)));

const suite = existsSync(AWS) ? describe : describe.skip;

suite(`the export of the whole stack, brought down by ${AWS}`, () => {
  /** The folder, after `aws s3 sync`. */
  const synced = async (): Promise<string> => {
    const folder = join(stack.folder, 'audit');
    await mkdir(folder, { recursive: true });
    const credentials = stack.aws.credentialsFor(READER, 'auditor');
    const env = {
      ...{ PATH: '/usr/bin:/bin', HOME: stack.folder, AWS_DEFAULT_REGION: 'eu-west-1' },
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
    };
    await run(AWS, ['--endpoint-url', stack.aws.endpoint, 's3', 'sync', `s3://${bucket}`, folder], { env });
    return folder;
  };
  const linesIn = async (folder: string): Promise<readonly string[]> => {
    const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jsonl')).toSorted();
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    return texts.flatMap((text) => text.trimEnd().split('\n'));
  };

  test('has the life of a request line by line, as the log has it', async () => {
    const id = await lifeOfARequest();
    await exported();
    const folder = await synced();
    const entries = (await ledger().read('log')).flatMap(({ type, data }) =>
      type === 'log.extended' ? data.entries : [],
    );
    const events = await Promise.all(
      entries.map(async ({ stream, seq }) => certain((await ledger().read(stream))[seq], 'it is in the ledger')),
    );
    const expected = events.map((event, index) => {
      const { stream, seq, hash } = event;
      return JSON.stringify({ index, stream, seq, hash, canonical: canonicalOf(event) });
    });
    expect(await linesIn(folder)).toEqual(expected);
    expect(expected.filter((line) => line.includes(`"stream":"request#${id}"`))).toHaveLength(4);
  });

  test('has the checkpoint with its hashes and its key, with which openssl verifies it', async () => {
    const folder = await synced();
    const [event] = await ledger().read('checkpoint');
    const { at, type, data } = certain(event, 'a checkpoint was signed');
    if (type !== 'checkpoint.signed') throw new TypeError('it is a checkpoint');
    const file = join(folder, 'checkpoints', `dt=${at.slice(0, 10)}`, '0000000000.json');
    const hashes = (await linesIn(folder)).map((line) => (JSON.parse(line) as { hash: string }).hash);
    const { checkpoint, signature, kid } = data;
    expect(await readFile(file, 'utf8')).toBe(
      `${JSON.stringify({ seq: 0, checkpoint, signature, kid, first: 0, leaves: hashes })}\n`,
    );
    await writeFile(join(stack.folder, 'signature.der'), Buffer.from(signature, 'base64'));
    await writeFile(join(stack.folder, 'checkpoint.txt'), checkpoint);
    const verify = ['dgst', '-sha256', '-verify', join(folder, 'keys', `${kid}.pem`), '-signature'];
    const { stdout } = spawnSync('openssl', [...verify, 'signature.der', 'checkpoint.txt'], {
      ...{ cwd: stack.folder, encoding: 'utf8' },
    });
    expect(stdout.trim()).toBe('Verified OK');
  });

  test('is verified by hatcheck, with that key', async () => {
    const folder = await synced();
    const [key] = await readdir(join(folder, 'keys'));
    const env = { PATH: process.env['PATH'], HOME: stack.folder, HATCHECK_CONFIG_DIR: join(stack.folder, 'hatcheck') };
    const words = ['audit', 'verify', folder, '--key', join(folder, 'keys', certain(key, 'the key was exported'))];
    const { stdout } = await run(process.execPath, [HATCHECK, ...words], { env });
    expect(stdout).toMatch(/^ok: \d+ events, 1 checkpoint, /);
  });

  test('goes on with the next checkpoint, and writes nothing twice', async () => {
    const before = await versions();
    await lifeOfARequest();
    await exported();
    const after = await versions();
    expect(after).toEqual(expect.arrayContaining([...before]));
    expect(after).toHaveLength(before.length + 2);
    await stack.exports.run();
    expect(await versions()).toEqual(after);
  });

  test('is the same after a person’s texts are deleted, and after it had to begin anew', async () => {
    const before = await versions();
    const lines = await linesIn(await synced());
    const { Items = [] } = await byHand.send(new ScanCommand({ TableName: table('IdentityTable') }));
    const texts = Items.filter(({ pk }) => pk?.S?.startsWith('text#') === true);
    expect(texts.length).toBeGreaterThan(0);
    for (const { pk, sk } of texts) {
      const Key = { pk: certain(pk, 'a key'), sk: certain(sk, 'a key') };
      await byHand.send(new DeleteItemCommand({ TableName: table('IdentityTable'), Key }));
    }
    const Key = { pk: { S: 'export' }, sk: { S: 'position' } };
    await byHand.send(new DeleteItemCommand({ TableName: table('IndexTable'), Key }));
    await stack.exports.run();
    expect(await versions()).toEqual(before);
    await lifeOfARequest();
    await exported();
    const after = await linesIn(await synced());
    expect(after.slice(0, lines.length)).toEqual(lines);
    expect(after.filter((line) => !line.includes(',"canonical":"'))).toStrictEqual([]);
    expect(after.join('\n')).not.toContain('Looking at logs');
  });

  test('is exported with the function’s own rights: nothing was refused, and no alarm raised', () => {
    const ofExport = stack.aws.calls.filter(({ principal }) => principal?.includes('on-export') === true);
    expect(ofExport.filter(({ decision }) => decision === 'denied')).toStrictEqual([]);
    expect(ofExport.map(({ action }) => action)).toEqual(expect.arrayContaining(['s3:PutObjectRetention']));
    expect(stack.logged.filter((line) => line.includes('"export.'))).toStrictEqual([]);
  });
});

describe('what is in the bucket', () => {
  beforeAll(async () => {
    await lifeOfARequest();
    await exported();
  });

  test('is kept until its date, and nobody in the account takes it away or adds to it, whatever they may do', async () => {
    const [name = '', VersionId = ''] = certain((await versions())[0], 'something is there').split(' ');
    const { Retention } = await s3As(READER).send(new GetObjectRetentionCommand({ Bucket: bucket, Key: name }));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    const years = (Number(Retention?.RetainUntilDate) - Date.now()) / (365.25 * 86_400_000);
    expect([years > 6.99, years < 7.01]).toEqual([true, true]);
    const admin = s3As(ADMIN);
    const attempts = [
      admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: name })),
      admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: name, VersionId })),
      admin.send(new DeleteObjectCommand({ Bucket: bucket, Key: name, VersionId, BypassGovernanceRetention: true })),
      admin.send(new PutObjectCommand({ Bucket: bucket, Key: name, Body: 'another story' })),
      admin.send(
        new PutObjectCommand({ Bucket: bucket, Key: 'checkpoints/dt=2026-01-01/0000009999.json', Body: '{}' }),
      ),
    ];
    const codes = attempts.map((attempt) => codeOf(attempt));
    expect(await Promise.all(codes)).toEqual(attempts.map(() => 'AccessDenied'));
  });

  test('is on the laptop’s disk, two files a version', async () => {
    expect(await readdir(join(stack.folder, 's3', bucket))).toHaveLength(2 * (await versions()).length);
  });

  test('is all the rest where somebody altered an event before it was exported, and the operator is told which', async () => {
    const id = await lifeOfARequest();
    await stack.ledgerStream.poll();
    await stack.ledgerStream.poll();
    const Key = { stream: { S: `request#${id}` }, seq: { N: '2' } };
    const { Item } = await byHand.send(new GetItemCommand({ TableName: table('LedgerTable'), Key }));
    const canonical = { S: certain(Item?.['canonical']?.S, 'it is there').replace('ASIA', 'ASIB') };
    await byHand.send(new PutItemCommand({ TableName: table('LedgerTable'), Item: { ...Item, canonical, ...Key } }));
    const before = await namesThere();
    await stack.checkpoints.run();
    await stack.exports.run();
    const added = (await namesThere()).filter((name) => !before.includes(name));
    const name = certain(
      added.find((each) => each.startsWith('events/')),
      'events were exported',
    );
    const { Body } = await s3As(READER).send(new GetObjectCommand({ Bucket: bucket, Key: name }));
    const lines = certain(await Body?.transformToString(), 'a file')
      .trimEnd()
      .split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as { stream: string; seq: number; canonical?: string });
    expect(parsed.length).toBeGreaterThanOrEqual(4);
    expect(parsed.filter(({ canonical: text }) => text === undefined)).toEqual([
      { index: expect.any(Number), stream: Key.stream.S, seq: 2, hash: Item?.['hash']?.S },
    ]);
    const told = stack.logged.filter((line) => line.includes('"message":"export.missing"'));
    expect(told.map((line) => line.includes(`"stream":"${Key.stream.S}","seq":2`))).toEqual([true]);
  });
});
