import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { dynamoLogPlaces } from '../../lib/aws/log-places.ts';
import { eventOf as eventIn } from '../../lib/aws/ledger-item.ts';
import { keyId, verifyCheckpoint } from '../../lib/broker/log/checkpoint.ts';
import { appendLeaf, emptyFrontier, rootOf } from '../../lib/broker/log/frontier.ts';
import { isLogged } from '../../lib/broker/log/head.ts';
import { hashBytes, leafHash } from '../../lib/broker/log/merkle.ts';
import { isConsistent, rootFromInclusion } from '../../lib/broker/log/proof.ts';
import { consistencyPath, inclusionPath, rootBy } from '../../lib/broker/log/prove.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Browser } from '../../local/browser.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
let engineer: Browser;
let byHand: DynamoDBClient;
let kms: KMSClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-log-'));
  stack = await startTestStack();
  engineer = await stack.signedIn('engineer@example.com');
  const region = 'eu-west-1';
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  byHand = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region, credentials });
  const role = Object.values(stack.template.roles).find(({ arn }) => arn.endsWith('-on-checkpoint'));
  const ofRole = stack.aws.credentialsFor(role?.arn ?? '', 'somebody-who-may-read-it');
  kms = new KMSClient({ endpoint: stack.aws.endpoint, region, credentials: ofRole });
});
afterAll(async () => {
  byHand.destroy();
  kms.destroy();
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

const table = (logicalId: string): string => stack.template.tables[logicalId]?.createTable.TableName ?? '';
const ledger = () => dynamoLedger({ client: byHand, table: table('LedgerTable') });
const places = () => dynamoLogPlaces({ client: byHand, table: table('IndexTable') });

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

const everything = async (): Promise<readonly StoredEvent[]> => {
  const { Items = [] } = await byHand.send(new ScanCommand({ TableName: table('LedgerTable'), ConsistentRead: true }));
  return Items.map(eventIn);
};

const entries = async () =>
  (await ledger().read('log')).flatMap((event) => (event.type === 'log.extended' ? event.data.entries : []));

const signed = async () =>
  (await ledger().read('checkpoint')).flatMap((event) => (event.type === 'checkpoint.signed' ? [event.data] : []));

const openssl = (...args: readonly string[]): string =>
  spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' }).stdout.trim();

describe('the log of the whole stack', () => {
  test('has each event of a request’s life once, in order; all that is in the ledger is in it', async () => {
    const id = await lifeOfARequest();
    await stack.ledgerStream.poll();
    // What the first look made others write.
    await stack.ledgerStream.poll();
    const inLog = await entries();
    const stream = `request#${id}`;
    const types = new Map((await ledger().read(stream)).map(({ seq, type }) => [seq, type]));
    expect(inLog.filter((entry) => entry.stream === stream).map(({ seq }) => types.get(seq))).toEqual([
      'request.submitted',
      'credentials.intended',
      'credentials.issued',
      'request.ended',
    ]);
    const expected = (await everything()).filter((event) => isLogged(event.stream));
    const said = ({ stream: of, seq, hash }: { stream: string; seq: number; hash: string }) => `${of} ${seq} ${hash}`;
    expect(inLog.map(said).toSorted()).toEqual(expected.map(said).toSorted());
  });

  test('is signed: openssl verifies it with the public key that KMS gives, and nothing else', async () => {
    await stack.checkpoints.run();
    const [checkpoint] = await signed();
    if (!checkpoint) throw new TypeError('a checkpoint was signed');
    const arn = stack.template.functions['on-checkpoint']?.environment['HATCHECK_CHECKPOINT_KEYS'] ?? '';
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: arn }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    expect(verifyCheckpoint(checkpoint, [key])).toMatchObject({ log: stack.origin, previous: '' });
    expect(checkpoint.kid).toBe(keyId(key));

    await writeFile(join(folder, 'key.der'), Buffer.from(PublicKey ?? []));
    await writeFile(join(folder, 'signature.b64'), checkpoint.signature);
    await writeFile(join(folder, 'checkpoint.txt'), checkpoint.checkpoint);
    await writeFile(join(folder, 'other.txt'), checkpoint.checkpoint.replace('"size":', '"size":1'));
    openssl('pkey', '-pubin', '-inform', 'DER', '-in', 'key.der', '-out', 'key.pem');
    openssl('base64', '-d', '-A', '-in', 'signature.b64', '-out', 'signature.der');
    const verify = ['dgst', '-sha256', '-verify', 'key.pem', '-signature', 'signature.der'];
    expect(openssl(...verify, 'checkpoint.txt')).toBe('Verified OK');
    expect(openssl(...verify, 'other.txt')).toBe('Verification failure');
  });

  test('proves by its tiles that an event is in it, and that it only grew', async () => {
    const id = await lifeOfARequest();
    await stack.ledgerStream.poll();
    await stack.checkpoints.run();
    const arn = stack.template.functions['on-checkpoint']?.environment['HATCHECK_CHECKPOINT_KEYS'] ?? '';
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: arn }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    const [first, second, ...more] = (await signed()).map((each) => verifyCheckpoint(each, [key]));
    if (!first || !second) throw new TypeError('two checkpoints were signed');
    expect(more).toStrictEqual([]);
    expect(second.size).toBeGreaterThan(first.size);
    const head = ({ size, root }: typeof first) => ({ size, root: hashBytes(root) });
    const there = places();
    expect(isConsistent(head(first), head(second), await consistencyPath(there.tile, first.size, second.size))).toBe(
      true,
    );

    const stream = `request#${id}`;
    for (const { seq, hash } of await ledger().read(stream)) {
      const [run] = await there.runsFrom(stream, seq);
      if (!run) throw new TypeError('the event is in the log');
      const index = run.index + seq - (run.last - run.count + 1);
      const path = await inclusionPath(there.tile, index, second.size);
      expect(rootFromInclusion(leafHash(hash), index, second.size, path)).toEqual(hashBytes(second.root));
    }
  });

  test('is not signed again when nothing is new, and takes nothing twice that it is told by hand', async () => {
    await stack.ledgerStream.poll();
    await stack.checkpoints.run();
    const [before, checkpoints] = [await entries(), await signed()];
    await stack.invoke('on-sequence', { streams: ['control', before[1]?.stream ?? ''] });
    await stack.invoke('on-sequence', { rebuild: true });
    await stack.checkpoints.run();
    expect(await entries()).toEqual(before);
    expect(await signed()).toEqual(checkpoints);
    expect(await rootBy(places().tile, before.length)).toEqual(
      rootOf(before.map(({ hash }) => leafHash(hash)).reduce(appendLeaf, emptyFrontier)),
    );
  });
});
