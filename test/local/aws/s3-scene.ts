import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { folderShelf } from '../../../local/aws/s3/shelf.ts';
import type { LocalAws } from '../../../local/aws/server.ts';
import type { Bucket } from '../../../local/aws/world.ts';
import { BROKER, BROKER_ACCOUNT, clientConfig, policy, role, start, world } from './small-world.ts';

export const BUCKET = 'locked';
const DAY_MS = 86_400_000;
const WRITER = `arn:aws:iam::${BROKER_ACCOUNT}:role/writer`;

export let folder: string;
export let now: Date;
export let aws: LocalAws;

/** A bucket with versions and Object Lock, but for what is said otherwise. */
export const locked = (more: Partial<Bucket> = {}): Bucket => ({
  ...{ name: BUCKET, objects: {}, versioned: true, shelf: folderShelf(join(folder, BUCKET)) },
  lock: { byDefault: { mode: 'COMPLIANCE', days: 10 } },
  ...more,
});

const startWith = (...buckets: readonly Bucket[]): Promise<LocalAws> => {
  const { accounts, ...rest } = world();
  const ours = { [BROKER_ACCOUNT]: { buckets: [...buckets] } };
  return start({ clock: () => now, world: { ...rest, accounts: { ...accounts, ...ours } } });
};

/** Begins again, with other buckets. */
export const restartWith = async (...buckets: readonly Bucket[]): Promise<void> => {
  await aws.close();
  aws = await startWith(...buckets);
};

export const setNow = (date: Date): void => {
  now = date;
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-s3-'));
  now = new Date('2026-11-22T10:00:00.000Z');
  aws = await startWith(locked(), { name: 'plain', objects: {} });
});
afterEach(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
});

export const clientOf = (roleArn = BROKER): S3Client =>
  new S3Client({ ...clientConfig(aws, roleArn, 'session', now), forcePathStyle: true });
/** A client of a role with exactly this policy. */
export const as = (...statements: object[]): S3Client => {
  aws.addRole(role(WRITER, { policies: [policy(...statements)] }));
  return clientOf(WRITER);
};
export const put = (more: Partial<PutObjectCommandInput> = {}, client = clientOf()) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a.txt', Body: 'hello', ...more }));
export const textOf = async (VersionId?: string, Bucket = BUCKET): Promise<string | undefined> =>
  (await clientOf().send(new GetObjectCommand({ Bucket, Key: 'a.txt', VersionId }))).Body?.transformToString();
export const drop = (VersionId?: string, more: object = {}, client = clientOf()) =>
  client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a.txt', VersionId, ...more }));
export const inDays = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
