import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { GetObjectCommand, ListObjectVersionsCommand, type S3Client } from '@aws-sdk/client-s3';
import { s3ExportBucket } from '../../lib/aws/export-bucket.ts';
import { s3Client } from '../../lib/aws/s3-client.ts';
import { exportLog } from '../../lib/broker/export/export-log.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { BROKER, BROKER_ACCOUNT, REGION, world } from '../local/aws/small-world.ts';
import { type ExportScene, exportScene } from '../unit/broker/export/scene.ts';
import { type Blow, type Proxy, startProxy } from './proxy.ts';

/** Puts of an export without faults: of each of two checkpoints its events, the key, itself. */
const PUTS = 6;
const FAULTS: readonly (readonly Blow[])[] = [
  ['throttled'],
  ['failed', 'throttled'],
  ['resetBefore'],
  ['resetAfter'],
  ['refused'],
  ['throttled', 'throttled', 'throttled'],
  ['resetBefore', 'resetBefore', 'resetAfter'],
];
const CASES = FAULTS.flatMap((blows) =>
  Array.from({ length: PUTS }, (_, put) => [blows.join(', '), put, blows] as const),
);

const inTime = { remainingMs: () => 100_000 };
const inTurn = ['honest', 'twice', ...CASES.keys()].map((name) => `bucket-${name}`);

let aws: LocalAws;
let proxy: Proxy<string>;
let reader: S3Client;
const ledger = ((): ExportScene => {
  const scene = exportScene();
  scene.extend(3);
  scene.checkpoint();
  scene.clock.advance(300);
  scene.extend(2);
  scene.checkpoint();
  return scene;
})();

beforeAll(async () => {
  const { accounts, ...rest } = world();
  const buckets = inTurn.map((name) => ({ name, objects: {}, versioned: true, lock: {} }));
  aws = await startLocalAws({
    ...{ port: 0, signingKey: randomBytes(32) },
    world: { ...rest, accounts: { ...accounts, [BROKER_ACCOUNT]: { buckets } } },
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
  reader = s3Client({ endpoint: aws.endpoint, region: REGION, credentials: aws.credentialsFor(BROKER, 'reader') });
});
afterAll(async () => {
  reader.destroy();
  await proxy.close();
  await aws.close();
});

/** An exporter with a position of its own, into that bucket. */
const exporterTo = (bucket: string) => {
  const credentials = aws.credentialsFor(BROKER, 'session');
  const client = s3Client({ endpoint: proxy.endpoint, region: REGION, credentials });
  const scene = exportScene(ledger);
  scene.clock.set(ledger.clock.now());
  return { ...scene.exporter, bucket: s3ExportBucket({ client, bucket }) };
};
/** Each version of each file. */
const there = async (Bucket: string): Promise<readonly (readonly [string, string | undefined])[]> => {
  const { Versions = [] } = await reader.send(new ListObjectVersionsCommand({ Bucket }));
  return Promise.all(
    Versions.map(async ({ Key = '', VersionId }) => {
      const { Body } = await reader.send(new GetObjectCommand({ Bucket, Key, VersionId }));
      return [Key, await Body?.transformToString()] as const;
    }),
  );
};
const strike = (from: number, blows: readonly Blow[]): void => {
  let put = 0;
  proxy.strike(() => blows[put++ - from]);
};

describe('an export into S3', () => {
  let honest: Awaited<ReturnType<typeof there>>;
  beforeAll(async () => {
    await exportLog(exporterTo('bucket-honest'), inTime);
    honest = await there('bucket-honest');
  });

  test('has a file for each of its puts but the second of the key', () => {
    expect(honest).toHaveLength(PUTS - 1);
  });

  test.each(CASES)('whose puts are %s from number %i on comes to the same files, each once', async (_, put, blows) => {
    const bucket = `bucket-${CASES.findIndex((each) => each[1] === put && each[2] === blows)}`;
    const exporter = exporterTo(bucket);
    strike(put, blows);
    await exportLog(exporter, inTime).catch((error: unknown) => {
      expect(error).toBeInstanceOf(HatcheckError);
    });
    proxy.strike(() => undefined);
    await exportLog(exporter, inTime);
    expect(await there(bucket)).toEqual(honest);
  });

  test('by two at once comes to the same files, each once', async () => {
    await Promise.all([exportLog(exporterTo('bucket-twice'), inTime), exportLog(exporterTo('bucket-twice'), inTime)]);
    expect(await there('bucket-twice')).toEqual(honest);
  });
});
