import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { folderShelf } from '../../../local/aws/s3/shelf.ts';
import type { LocalAws } from '../../../local/aws/server.ts';
import type { Bucket } from '../../../local/aws/world.ts';
import { BROKER, BROKER_ACCOUNT, clientConfig, codeOf, policy, role, start, world } from './small-world.ts';

const BUCKET = 'locked';
const DAY_MS = 86_400_000;
const WRITER = `arn:aws:iam::${BROKER_ACCOUNT}:role/writer`;

let folder: string;
let now: Date;
let aws: LocalAws;

const startWith = (bucket: Partial<Bucket> = {}): Promise<LocalAws> => {
  const locked: Bucket = {
    ...{ name: BUCKET, objects: {}, versioned: true, shelf: folderShelf(join(folder, BUCKET)) },
    lock: { byDefault: { mode: 'COMPLIANCE', days: 10 } },
    ...bucket,
  };
  const { accounts, ...rest } = world();
  return start({
    clock: () => now,
    world: {
      ...rest,
      accounts: { ...accounts, [BROKER_ACCOUNT]: { buckets: [locked, { name: 'plain', objects: {} }] } },
    },
  });
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-s3-'));
  now = new Date('2026-11-22T10:00:00.000Z');
  aws = await startWith();
});
afterEach(async () => {
  await aws.close();
  rmSync(folder, { recursive: true });
});

const clientOf = (roleArn = BROKER): S3Client =>
  new S3Client({ ...clientConfig(aws, roleArn, 'session', now), forcePathStyle: true });
/** A client of a role with exactly this policy. */
const as = (...statements: object[]): S3Client => {
  aws.addRole(role(WRITER, { policies: [policy(...statements)] }));
  return clientOf(WRITER);
};
const put = (more: Partial<PutObjectCommandInput> = {}, client = clientOf()) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'a.txt', Body: 'hello', ...more }));
const textOf = async (VersionId?: string, Bucket = BUCKET): Promise<string | undefined> =>
  (await clientOf().send(new GetObjectCommand({ Bucket, Key: 'a.txt', VersionId }))).Body?.transformToString();
const drop = (VersionId?: string, more: object = {}, client = clientOf()) =>
  client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'a.txt', VersionId, ...more }));
const retain = (RetainUntilDate: Date, more: object = {}, Mode: 'COMPLIANCE' | 'GOVERNANCE' = 'COMPLIANCE') =>
  clientOf().send(
    new PutObjectRetentionCommand({ Bucket: BUCKET, Key: 'a.txt', Retention: { Mode, RetainUntilDate }, ...more }),
  );
const inDays = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');

describe('an object that is put', () => {
  test('is there, with its length, type, checksum and version', async () => {
    const { VersionId, ETag } = await put({ ContentType: 'text/plain', ChecksumSHA256: sha256('hello') });
    const there = await clientOf().send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: 'a.txt', ChecksumMode: 'ENABLED' }),
    );
    expect(there).toMatchObject({ VersionId, ETag, ContentLength: 5, ContentType: 'text/plain' });
    expect(there.ChecksumSHA256).toBe(sha256('hello'));
    expect(await textOf()).toBe('hello');
  });

  test('is there in part', async () => {
    await put();
    const read = (Range: string) => clientOf().send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a.txt', Range }));
    const part = await read('bytes=1-2');
    expect([await part.Body?.transformToString(), part.ContentRange]).toEqual(['el', 'bytes 1-2/5']);
    expect(await (await read('bytes=-3')).Body?.transformToString()).toBe('llo');
    expect(await (await read('bytes=3-99')).Body?.transformToString()).toBe('lo');
    expect(await codeOf(read('bytes=5-'))).toBe('InvalidRange');
  });

  test('hides the one before, which is there by its version', async () => {
    const first = await put();
    await put({ Body: 'again' });
    expect([await textOf(), await textOf(first.VersionId)]).toEqual(['again', 'hello']);
  });

  test('replaces the one before in a bucket without versions', async () => {
    await put({ Bucket: 'plain' });
    expect((await put({ Bucket: 'plain', Body: 'again' })).VersionId).toBeUndefined();
    expect(await textOf(undefined, 'plain')).toBe('again');
    await drop(undefined, { Bucket: 'plain' });
    expect(await codeOf(textOf(undefined, 'plain'))).toBe('NoSuchKey');
  });

  test('is there after a restart, versions, markers and locks with it', async () => {
    const { VersionId } = await put();
    await drop();
    await aws.close();
    aws = await startWith();
    expect(await codeOf(textOf())).toBe('NoSuchKey');
    expect(await textOf(VersionId)).toBe('hello');
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    expect(statSync(join(folder, BUCKET, '1.body')).mode & 0o777).toBe(0o600);
  });
});

describe('If-None-Match: *', () => {
  test('takes what is not there yet, once', async () => {
    await put({ IfNoneMatch: '*' });
    expect(await codeOf(put({ IfNoneMatch: '*', Body: 'other' }))).toBe('PreconditionFailed');
    expect(await textOf()).toBe('hello');
  });

  test('of two at once one is taken', async () => {
    const codes = await Promise.all(['x', 'y'].map((Body) => codeOf(put({ IfNoneMatch: '*', Body }))));
    expect(codes.sort()).toEqual(['PreconditionFailed', 'none']);
  });

  test('takes an object that a delete marker hides: it is a new version', async () => {
    await put({ IfNoneMatch: '*' });
    await drop();
    expect(await codeOf(put({ IfNoneMatch: '*', Body: 'again' }))).toBe('none');
  });

  test('of anything but * is not there', async () => {
    expect(await codeOf(put({ IfNoneMatch: '"etag"' }))).toBe('NotImplemented');
  });
});

describe('checksums', () => {
  test.each([
    ['a SHA-256 of something else', { ChecksumSHA256: sha256('other') }, 'BadDigest'],
    ['an MD5 of something else', { ContentMD5: createHash('md5').update('other').digest('base64') }, 'BadDigest'],
    ['an algorithm that is not known here', { ChecksumAlgorithm: 'CRC32C' }, 'NotImplemented'],
    ['two of them', { ChecksumSHA256: sha256('hello'), ChecksumCRC32: 'NhCmhg==' }, 'InvalidRequest'],
  ] as const)('%s is refused', async (_, more, code) => {
    expect(await codeOf(put(more))).toBe(code);
    expect(await codeOf(textOf())).toBe('NoSuchKey');
  });

  test('the CRC32 that the SDK makes of its own is kept, and told', async () => {
    expect((await put()).ChecksumCRC32).toBe('NhCmhg==');
    const read = await clientOf().send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: 'a.txt', ChecksumMode: 'ENABLED' }),
    );
    expect(read.ChecksumCRC32).toBe('NhCmhg==');
  });

  describe('a body in chunks, its checksum behind it, as the SDK sends a stream', () => {
    const silent = () => undefined;
    /** Changes what is sent once it is signed: of such a body nothing is under the signature. */
    const streaming = (alter: (body: Buffer) => Buffer = (body) => body): S3Client => {
      const client = new S3Client({
        ...clientConfig(aws, BROKER, 'session', now),
        ...{ forcePathStyle: true, logger: { debug: silent, info: silent, warn: silent, error: silent } },
      });
      client.middlewareStack.add(
        (next) => async (args) => {
          const request = args.request as { body: Readable };
          const body = alter(await buffer(request.body));
          return next({ ...args, request: Object.assign(request, { body }) });
        },
        { step: 'deserialize' },
      );
      return client;
    };
    const stream = (client: S3Client, more: Partial<PutObjectCommandInput> = {}) =>
      put({ Body: Readable.from([Buffer.from('hel'), Buffer.from('lo')]), ContentLength: 5, ...more }, client);

    test('is there in one piece, with its checksum', async () => {
      expect((await stream(streaming())).ChecksumCRC32).toBe('NhCmhg==');
      expect(await textOf()).toBe('hello');
    });

    test('may be put under a lock', async () => {
      const lock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(20) } as const;
      expect(await codeOf(stream(streaming(), lock))).toBe('none');
    });

    test.each<[string, (body: Buffer) => Buffer, string]>([
      ['another body', (body) => Buffer.from(body.toString('latin1').replace('hel', 'hal'), 'latin1'), 'BadDigest'],
      ['without its end', (body) => body.subarray(0, 8), 'IncompleteBody'],
      ['longer than it says', (body) => Buffer.concat([Buffer.from('1\r\nx\r\n'), body]), 'IncompleteBody'],
      ['a chunk of a length that is none', (body) => Buffer.concat([Buffer.from('-'), body]), 'IncompleteBody'],
      [
        'another checksum behind it than it says',
        (body) => Buffer.from(body.toString('latin1').replace('crc32:', 'sha256:'), 'latin1'),
        'MalformedTrailerError',
      ],
    ])('%s is refused', async (_, alter, code) => {
      expect(await codeOf(stream(streaming(alter)))).toBe(code);
      expect(await codeOf(textOf())).toBe('NoSuchKey');
    });
  });
});

describe('Object Lock', () => {
  const retention = async (VersionId?: string) =>
    (await clientOf().send(new GetObjectRetentionCommand({ Bucket: BUCKET, Key: 'a.txt', VersionId }))).Retention;

  test('the bucket says what it locks by default', async () => {
    const { ObjectLockConfiguration } = await clientOf().send(
      new GetObjectLockConfigurationCommand({ Bucket: BUCKET }),
    );
    expect(ObjectLockConfiguration).toEqual({
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 10 } },
    });
    const plain = clientOf().send(new GetObjectLockConfigurationCommand({ Bucket: 'plain' }));
    expect(await codeOf(plain)).toBe('ObjectLockConfigurationNotFoundError');
  });

  test('a put without a date is locked by default, one with a date by its own', async () => {
    const { VersionId } = await put();
    expect(await retention()).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: inDays(10) });
    await put({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(2557) });
    expect(await retention()).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: inDays(2557) });
    expect(await retention(VersionId)).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: inDays(10) });
  });

  test('a version is not deleted before its date, by nobody; after it, it is', async () => {
    const { VersionId } = await put();
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    expect(await codeOf(drop(VersionId, { BypassGovernanceRetention: true }))).toBe('AccessDenied');
    now = new Date(inDays(10).getTime() - 1);
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    now = new Date(now.getTime() + 1);
    expect(await codeOf(drop(VersionId))).toBe('none');
    expect(await codeOf(textOf())).toBe('NoSuchKey');
  });

  test('a delete without a version hides, and takes nothing away', async () => {
    const { VersionId } = await put();
    expect((await drop()).DeleteMarker).toBe(true);
    expect(await codeOf(textOf())).toBe('NoSuchKey');
    expect(await textOf(VersionId)).toBe('hello');
    const { Versions, DeleteMarkers } = await clientOf().send(new ListObjectVersionsCommand({ Bucket: BUCKET }));
    expect([Versions?.map((one) => one.VersionId), DeleteMarkers?.length]).toEqual([[VersionId], 1]);
    expect((await clientOf().send(new ListObjectsV2Command({ Bucket: BUCKET }))).KeyCount).toBe(0);
  });

  test('its date is put off and never brought forward, and its mode stays', async () => {
    await put();
    expect(await codeOf(retain(inDays(11)))).toBe('none');
    expect(await codeOf(retain(inDays(10)))).toBe('AccessDenied');
    expect(await codeOf(retain(inDays(10), { BypassGovernanceRetention: true }))).toBe('AccessDenied');
    expect(await codeOf(retain(inDays(20), {}, 'GOVERNANCE'))).toBe('AccessDenied');
    expect(await retention()).toEqual({ Mode: 'COMPLIANCE', RetainUntilDate: inDays(11) });
  });

  test('GOVERNANCE gives way to whoever may bypass it and says so', async () => {
    const { VersionId } = await put({ ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate: inDays(5) });
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    const without = as({ Effect: 'Allow', Action: 's3:DeleteObject*', Resource: '*' });
    expect(await codeOf(drop(VersionId, { BypassGovernanceRetention: true }, without))).toBe('AccessDenied');
    expect(await codeOf(drop(VersionId, { BypassGovernanceRetention: true }))).toBe('none');
  });

  test.each<[string, () => Partial<PutObjectCommandInput>, string]>([
    [
      'a date that has passed',
      () => ({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: now }),
      'InvalidArgument',
    ],
    ['a date without a mode', () => ({ ObjectLockRetainUntilDate: inDays(1) }), 'InvalidArgument'],
    ['a mode without a date', () => ({ ObjectLockMode: 'COMPLIANCE' }), 'InvalidArgument'],
    [
      'a bucket without Object Lock',
      () => ({ Bucket: 'plain', ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(1) }),
      'InvalidRequest',
    ],
  ])('%s is refused', async (_, more, code) => {
    expect(await codeOf(put(more()))).toBe(code);
  });

  test('a put with a date and no checksum is refused', async () => {
    const client = new S3Client({
      ...clientConfig(aws, BROKER, 'session', now),
      ...{ forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' },
    });
    client.middlewareStack.add(
      (next) => (args) => {
        const { headers } = args.request as { headers: Record<string, string> };
        for (const name of Object.keys(headers)) {
          if (/^x-amz-(?:sdk-)?checksum-/.test(name)) Reflect.deleteProperty(headers, name);
        }
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    const locked = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(1) } as const;
    expect(await codeOf(put(locked, client))).toBe('InvalidRequest');
    expect(await codeOf(put({}, client))).toBe('none');
  });
});

describe('who may', () => {
  const only = (Action: string | string[], Resource = `arn:aws:s3:::${BUCKET}/*`) =>
    as({ Effect: 'Allow', Action, Resource });
  const locked = () => ({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(1) }) as const;

  test('a put with a date wants s3:PutObjectRetention besides s3:PutObject', async () => {
    expect(await codeOf(put(locked(), only('s3:PutObject')))).toBe('AccessDenied');
    expect(await codeOf(put({}, only('s3:PutObject')))).toBe('none');
    expect(await codeOf(put(locked(), only(['s3:PutObject', 's3:PutObjectRetention'])))).toBe('none');
    expect(await codeOf(put({}, only('s3:GetObject')))).toBe('AccessDenied');
  });

  test('the prefix of a policy holds', async () => {
    const client = only('s3:PutObject', `arn:aws:s3:::${BUCKET}/events/*`);
    expect(await codeOf(put({ Key: 'events/1' }, client))).toBe('none');
    expect(await codeOf(put({ Key: 'keys/1' }, client))).toBe('AccessDenied');
  });

  test('a version is read and deleted by rights of their own', async () => {
    const { VersionId } = await put();
    const read = new GetObjectCommand({ Bucket: BUCKET, Key: 'a.txt', VersionId });
    expect(await codeOf(only('s3:GetObject').send(read))).toBe('AccessDenied');
    expect(await codeOf(only('s3:GetObjectVersion').send(read))).toBe('none');
    now = inDays(11);
    expect(await codeOf(drop(VersionId, {}, only('s3:DeleteObject')))).toBe('AccessDenied');
    expect(await codeOf(drop(VersionId, {}, only('s3:DeleteObjectVersion')))).toBe('none');
  });

  test("the bucket's own policy denies what the caller's allows", async () => {
    await aws.close();
    const Resource = `arn:aws:s3:::${BUCKET}/*`;
    const denied = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObjectVersion', Resource };
    aws = await startWith({ policy: policy(denied) });
    const { VersionId } = await put();
    now = inDays(11);
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    expect(await textOf(VersionId)).toBe('hello');
  });

  test('a caller of another account finds no such bucket', async () => {
    const foreign = clientOf('arn:aws:iam::111122223333:role/hatcheck/Admin');
    expect(await codeOf(put({}, foreign))).toBe('NoSuchBucket');
  });
});

describe('limits', () => {
  test('a key has 1024 bytes at the most', async () => {
    expect(await codeOf(put({ Key: 'k'.repeat(1024) }))).toBe('none');
    expect(await codeOf(put({ Key: 'k'.repeat(1023) + 'é' }))).toBe('KeyTooLongError');
  });

  test('a listing goes on beyond 1000, each key once, common prefixes among them', async () => {
    await aws.close();
    const names = Array.from({ length: 2003 }, (_, i) => `events/${String(i).padStart(4, '0')}`);
    const objects = Object.fromEntries([...names, 'keys/a', 'keys/b'].map((name) => [name, 'x']));
    const { accounts, ...rest } = world();
    const many = { [BROKER_ACCOUNT]: { buckets: [{ name: BUCKET, objects }] } };
    aws = await start({ clock: () => now, world: { ...rest, accounts: { ...accounts, ...many } } });
    const list = async (input: object): Promise<string[]> => {
      const seen: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await clientOf().send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken, ...input }));
        expect(page.KeyCount).toBeLessThanOrEqual(1000);
        seen.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
        seen.push(...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
        ContinuationToken = page.NextContinuationToken;
        expect(page.IsTruncated).toBe(ContinuationToken !== undefined);
      } while (ContinuationToken !== undefined);
      return seen;
    };
    expect(await list({ Prefix: 'events/' })).toEqual(names);
    expect(await list({ Delimiter: '/', MaxKeys: 1 })).toEqual(['events/', 'keys/']);
    expect(await list({ Prefix: 'events/', StartAfter: 'events/2000', MaxKeys: 1 })).toEqual(names.slice(2001));
    const madeUp = new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: 'not one!' });
    expect(await codeOf(clientOf().send(madeUp))).toBe('InvalidArgument');
  });

  test('what is not known here is refused by its name', async () => {
    const tagging = new PutObjectCommand({ Bucket: BUCKET, Key: 'a', Body: 'b', Tagging: 'a=b' });
    expect(await codeOf(clientOf().send(tagging))).toBe('NotImplemented');
  });
});
