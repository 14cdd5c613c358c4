import { createPublicKey } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, S3Client, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { eventOf } from '../../lib/aws/ledger-item.ts';
import { isLogged } from '../../lib/broker/log/head.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { certain } from '../../lib/domain/invariant.ts';
import { folderVerdict } from '../../cli/audit/verify-folder.ts';
import { BROKER_ACCOUNT } from '../../local/target-accounts.ts';
import type { TestStack } from '../support/stack.ts';

const REGION = 'eu-west-1';
const READER = `arn:aws:iam::${BROKER_ACCOUNT}:role/security-team`;

/** Every stream of the ledger, each in order: read behind everybody's back. @throws BrokenChainError for an event whose hash is not its own */
export const readStreams = async (stack: TestStack): Promise<readonly (readonly StoredEvent[])[]> => {
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  const client = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: REGION, credentials });
  const table = certain(stack.template.tables['LedgerTable']?.createTable.TableName, 'there is a ledger');
  const streams = new Map<string, StoredEvent[]>();
  try {
    for await (const { Items = [] } of paginateScan({ client }, { TableName: table, ConsistentRead: true }))
      for (const event of Items.map(eventOf)) streams.set(event.stream, [...(streams.get(event.stream) ?? []), event]);
  } finally {
    client.destroy();
  }
  return [...streams.values()].map((events) => events.toSorted((a, b) => a.seq - b.seq));
};

/** Each event is in the log once, and nothing else is; in a sentence each. */
export const wrongLog = (streams: readonly (readonly StoredEvent[])[]): readonly string[] => {
  const entries = streams.flat().flatMap((event) => (event.type === 'log.extended' ? event.data.entries : []));
  const logged = entries.map(({ stream, seq, hash }) => `${stream} ${seq} ${hash}`);
  const there = streams
    .flat()
    .filter(({ stream }) => isLogged(stream))
    .map(({ stream, seq, hash }) => `${stream} ${seq} ${hash}`);
  const [inLog, inLedger] = [new Set(logged), new Set(there)];
  return [
    ...(inLog.size === logged.length ? [] : [`the log has ${logged.length - inLog.size} events twice`]),
    ...there.filter((name) => !inLog.has(name)).map((name) => `not in the log: ${name}`),
    ...logged.filter((name) => !inLedger.has(name)).map((name) => `in the log and not in the ledger: ${name}`),
  ];
};

/** The export, brought down and verified against the key that KMS gives, offline: what is wrong with it, or how many events a checkpoint covers. */
export const verifyExported = async (
  stack: TestStack,
): Promise<{ readonly events: number; readonly wrong: readonly string[] }> => {
  const folder = join(stack.folder, 'audit');
  await rm(folder, { recursive: true, force: true });
  await bringDown(stack, folder);
  const key = join(stack.folder, 'checkpoint.pem');
  await writeFile(key, await checkpointKey(stack));
  const verdict = await folderVerdict(folder, { key: [key], checkpoint: [] });
  return {
    events: verdict.frontier.size,
    wrong: [
      ...(verdict.firstBad ? [`the export does not verify: ${JSON.stringify(verdict.firstBad)}`] : []),
      ...(verdict.uncovered === 0 ? [] : [`${verdict.uncovered} exported events are in no checkpoint`]),
    ],
  };
};

const bringDown = async (stack: TestStack, folder: string): Promise<void> => {
  const Version = '2012-10-17';
  const trusted = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const allowed = [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: '*' }];
  stack.aws.addRole({
    ...{ arn: READER, maxSessionSeconds: 3600, trustPolicy: { Version, Statement: trusted } },
    policies: [{ Version, Statement: allowed }],
  });
  const client = new S3Client({
    ...{ endpoint: stack.aws.endpoint, region: REGION, forcePathStyle: true },
    credentials: stack.aws.credentialsFor(READER, 'auditor'),
  });
  const Bucket = certain(stack.template.functions['on-export']?.environment['EXPORT_BUCKET'], 'there is a bucket');
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket }))
      for (const { Key = '' } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        await mkdir(dirname(join(folder, Key)), { recursive: true });
        await writeFile(join(folder, Key), (await Body?.transformToString()) ?? '');
      }
  } finally {
    client.destroy();
  }
};

const checkpointKey = async (stack: TestStack): Promise<string> => {
  const role = Object.values(stack.template.roles).find(({ arn }) => arn.endsWith('-on-checkpoint'));
  const KeyId = stack.template.functions['on-checkpoint']?.environment['HATCHECK_CHECKPOINT_KEYS'];
  const kms = new KMSClient({
    ...{ endpoint: stack.aws.endpoint, region: REGION },
    credentials: stack.aws.credentialsFor(role?.arn ?? '', 'auditor'),
  });
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
  kms.destroy();
  const der = { key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' } as const;
  return createPublicKey(der).export({ type: 'spki', format: 'pem' }).toString();
};
