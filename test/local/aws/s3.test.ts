import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { LocalAws } from '../../../local/aws/server.ts';
import { clientConfig, codeOf, messageOf, policy, role, start, TARGET, TARGET_ACCOUNT } from './small-world.ts';

const READER = `arn:aws:iam::${TARGET_ACCOUNT}:role/reader`;

let aws: LocalAws;
beforeAll(async () => {
  aws = await start();
});
afterAll(() => aws.close());

function clientOf(roleArn = TARGET): S3Client {
  return new S3Client({ ...clientConfig(aws, roleArn), forcePathStyle: true });
}

/** A client of a role with exactly this policy. */
function as(...statements: object[]): S3Client {
  aws.addRole(role(READER, { policies: [policy(...statements)] }));
  return clientOf(READER);
}

const object = (Key: string, Bucket = 'reports') => new GetObjectCommand({ Bucket, Key });

describe('what is allowed', () => {
  test("the buckets of the caller's account, and no others", async () => {
    const { Buckets } = await clientOf().send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['reports', 'invoices']);
  });

  test.each([
    ['readme.txt', 'hello'],
    ['2026/q 1.csv', 'a,b'],
  ])('the object %s', async (key, content) => {
    const { Body, ContentLength } = await clientOf().send(object(key));
    expect(await Body?.transformToString()).toBe(content);
    expect(ContentLength).toBe(content.length);
  });

  test('the objects of a bucket, folded at the delimiter', async () => {
    const listing = await clientOf().send(new ListObjectsV2Command({ Bucket: 'reports', Delimiter: '/' }));
    expect(listing.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([['readme.txt', 5]]);
    expect(listing.CommonPrefixes).toEqual([{ Prefix: '2026/' }]);
    const below = await clientOf().send(new ListObjectsV2Command({ Bucket: 'reports', Prefix: '2026/' }));
    expect(below.Contents?.map(({ Key }) => Key)).toEqual(['2026/q 1.csv']);
  });

  test('a bucket is there', async () => {
    expect(await codeOf(clientOf().send(new HeadBucketCommand({ Bucket: 'reports' })))).toBe('none');
  });
});

describe('what is denied', () => {
  test('the list of buckets, in the words of AWS', async () => {
    const client = as({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/*' });
    expect(await codeOf(client.send(new ListBucketsCommand({})))).toBe('AccessDenied');
    expect(await messageOf(client.send(new ListBucketsCommand({})))).toBe(
      `User: arn:aws:sts::${TARGET_ACCOUNT}:assumed-role/reader/session is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy allows the s3:ListAllMyBuckets action`,
    );
  });

  test('objects outside what is allowed', async () => {
    const client = as({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::reports/2026/*' });
    expect(await codeOf(client.send(object('2026/q 1.csv')))).toBe('none');
    expect(await codeOf(client.send(object('readme.txt')))).toBe('AccessDenied');
    expect(await codeOf(client.send(object('secret.txt', 'invoices')))).toBe('AccessDenied');
  });

  test('listing outside the prefix', async () => {
    const Condition = { StringLike: { 's3:prefix': '2026/*' } };
    const client = as({ Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::reports', Condition });
    const list = (Prefix: string) => codeOf(client.send(new ListObjectsV2Command({ Bucket: 'reports', Prefix })));
    expect([await list('2026/'), await list('')]).toEqual(['none', 'AccessDenied']);
  });

  test('whoever may not list does not learn that a key is missing', async () => {
    const get = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
    expect(await codeOf(as(get).send(object('missing')))).toBe('AccessDenied');
    expect(await codeOf(as({ ...get, Action: 's3:*' }).send(object('missing')))).toBe('NoSuchKey');
  });

  test("another account's bucket", async () => {
    const list = new ListObjectsV2Command({ Bucket: 'broker-archive' });
    expect(await codeOf(clientOf().send(list))).toBe('NoSuchBucket');
  });

  test('a name that every object has is no key', async () => {
    expect(await codeOf(clientOf().send(object('constructor')))).toBe('NoSuchKey');
  });

  test('writing for whoever may only read', async () => {
    const client = as({ Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: '*' });
    const put = new PutObjectCommand({ Bucket: 'reports', Key: 'x', Body: 'y' });
    expect(await codeOf(client.send(put))).toBe('AccessDenied');
  });

  test('anonymous reading', async () => {
    const answer = await fetch(`${aws.endpoint}/reports/readme.txt`);
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('<Code>AccessDenied</Code>');
  });
});

describe('the hash of the body', () => {
  test.each([
    ['another hash', '0'.repeat(64)],
    ['an unsigned payload', 'UNSIGNED-PAYLOAD'],
  ])('%s is refused', async (_, hash) => {
    const client = clientOf();
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = hash;
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    expect(await codeOf(client.send(object('readme.txt')))).toBe('XAmzContentSHA256Mismatch');
  });

  test('a request with a query is signed with its query', async () => {
    const client = clientOf();
    client.middlewareStack.add(
      (next) => (args) => {
        (args.request as { query: Record<string, string> }).query['prefix'] = 'other';
        return next(args);
      },
      { step: 'deserialize' },
    );
    expect(await codeOf(client.send(new ListObjectsV2Command({ Bucket: 'reports' })))).toBe('SignatureDoesNotMatch');
  });
});
