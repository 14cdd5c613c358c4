import { describe, expect, test } from '@jest/globals';
import {
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  ListObjectsV2Command,
  PutObjectRetentionCommand,
  S3Client,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { BUCKET, as, aws, clientOf, drop, inDays, locked, now, put, restartWith, setNow, textOf } from './s3-scene.ts';
import { BROKER, clientConfig, codeOf, policy } from './small-world.ts';

const retain = (RetainUntilDate: Date, more: object = {}, Mode: 'COMPLIANCE' | 'GOVERNANCE' = 'COMPLIANCE') =>
  clientOf().send(
    new PutObjectRetentionCommand({ Bucket: BUCKET, Key: 'a.txt', Retention: { Mode, RetainUntilDate }, ...more }),
  );
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
    setNow(new Date(inDays(10).getTime() - 1));
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    setNow(new Date(now.getTime() + 1));
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
    const underLock = { ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(1) } as const;
    expect(await codeOf(put(underLock, client))).toBe('InvalidRequest');
    expect(await codeOf(put({}, client))).toBe('none');
  });
});

describe('who may', () => {
  const only = (Action: string | string[], Resource = `arn:aws:s3:::${BUCKET}/*`) =>
    as({ Effect: 'Allow', Action, Resource });
  const underLock = () => ({ ObjectLockMode: 'COMPLIANCE', ObjectLockRetainUntilDate: inDays(1) }) as const;

  test('a put with a date wants s3:PutObjectRetention besides s3:PutObject', async () => {
    expect(await codeOf(put(underLock(), only('s3:PutObject')))).toBe('AccessDenied');
    expect(await codeOf(put({}, only('s3:PutObject')))).toBe('none');
    expect(await codeOf(put(underLock(), only(['s3:PutObject', 's3:PutObjectRetention'])))).toBe('none');
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
    setNow(inDays(11));
    expect(await codeOf(drop(VersionId, {}, only('s3:DeleteObject')))).toBe('AccessDenied');
    expect(await codeOf(drop(VersionId, {}, only('s3:DeleteObjectVersion')))).toBe('none');
  });

  test("the bucket's own policy denies what the caller's allows", async () => {
    const Resource = `arn:aws:s3:::${BUCKET}/*`;
    const denied = { Effect: 'Deny', Principal: '*', Action: 's3:DeleteObjectVersion', Resource };
    await restartWith(locked({ policy: policy(denied) }));
    const { VersionId } = await put();
    setNow(inDays(11));
    expect(await codeOf(drop(VersionId))).toBe('AccessDenied');
    expect(await textOf(VersionId)).toBe('hello');
  });

  test('a caller of another account finds no such bucket', async () => {
    const foreign = clientOf('arn:aws:iam::111122223333:role/hatcheck/Admin');
    expect(await codeOf(put({}, foreign))).toBe('NoSuchBucket');
  });
});
