import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { BUCKET, aws, clientOf, drop, folder, inDays, locked, now, put, restartWith, textOf } from './s3-scene.ts';
import { BROKER, clientConfig, codeOf } from './small-world.ts';

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
    await restartWith(locked());
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

describe('limits', () => {
  test('a key has 1024 bytes at the most', async () => {
    expect(await codeOf(put({ Key: 'k'.repeat(1024) }))).toBe('none');
    expect(await codeOf(put({ Key: 'k'.repeat(1023) + 'é' }))).toBe('KeyTooLongError');
  });

  test('a listing goes on beyond 1000, each key once, common prefixes among them', async () => {
    const names = Array.from({ length: 2003 }, (_, i) => `events/${String(i).padStart(4, '0')}`);
    const objects = Object.fromEntries([...names, 'keys/a', 'keys/b'].map((name) => [name, 'x']));
    await restartWith({ name: BUCKET, objects });
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
