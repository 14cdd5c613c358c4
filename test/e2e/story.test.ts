import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Browser, Reply } from '../../local/browser.ts';
import { placesOf, walkThrough } from '../../local/demo/story.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

let stack: TestStack;
let folder: string;
let awsOffsetMs = 0;

const clients = (json: Reply['json']) => {
  const options = {
    region: 'eu-west-1',
    endpoint: stack.aws.endpoint,
    credentials: {
      accessKeyId: String(json['AccessKeyId']),
      secretAccessKey: String(json['SecretAccessKey']),
      sessionToken: String(json['SessionToken']),
    },
  };
  return { s3: new S3Client({ ...options, forcePathStyle: true }), sts: new STSClient(options) };
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-story-'));
  stack = await startTestStack({ folder, awsClock: () => new Date(Date.now() + awsOffsetMs) });
});
afterAll(async () => {
  await stack.close();
  await rm(folder, { recursive: true, force: true });
});

test('the demo’s every step is as it should be', async () => {
  const wrong: string[] = [];
  const right = await walkThrough(placesOf(stack), {
    say: () => undefined,
    chapter: () => undefined,
    step: (what, seen, ok) => {
      if (!ok) wrong.push(`${what}: ${seen}`);
    },
    end: () => wrong.length === 0,
  });
  expect(wrong).toStrictEqual([]);
  expect(right).toBe(true);
});

describe('AWS permissions end with the grant', () => {
  const grantOfAMinute = async (engineer: Browser): Promise<string> => {
    const reply = await engineer.call('POST', '/v1/requests', {
      entitlementId: 'prod-read',
      justification: 'A minute is enough.',
      durationSeconds: 60,
    });
    return (reply.json['request'] as { id: string }).id;
  };

  test('with 60 seconds left credentials come, and after 60 seconds S3 says AccessDenied while GetCallerIdentity answers', async () => {
    const engineer = await stack.signedIn('engineer@example.com');
    const id = await grantOfAMinute(engineer);
    const { status, json } = await engineer.call('POST', `/v1/requests/${id}/credentials`);
    expect(status).toBe(200);
    const { s3, sts } = clients(json);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.length).toBeGreaterThan(0);
    awsOffsetMs = 60_000;
    try {
      await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'AccessDenied' });
      expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toContain(':assumed-role/ReadOnly/');
    } finally {
      awsOffsetMs = 0;
    }
  });
});

test('a second start has the data of the first, and sessions and credentials are still good', async () => {
  const engineer = await stack.signedIn('engineer@example.com');
  const { json } = await engineer.call('POST', '/v1/requests', {
    entitlementId: 'prod-read',
    justification: 'Will it still be there?',
    durationSeconds: 900,
  });
  const { id } = json['request'] as { id: string };
  const { sts } = clients((await engineer.call('POST', `/v1/requests/${id}/credentials`)).json);
  await stack.close();
  stack = await startTestStack({ folder, ports: portsOf(stack) });
  const read = await engineer.call('GET', `/v1/requests/${id}`);
  expect(read.status).toBe(200);
  expect(read.json['request']).toMatchObject({ id, status: 'approved', justification: 'Will it still be there?' });
  expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toContain(':assumed-role/ReadOnly/');
});

const portsOf = ({ origin, oidc, saml, slack, teams, aws, dynamodbEndpoint }: TestStack) => ({
  gateway: Number(new URL(origin).port),
  oidc: Number(new URL(oidc.issuer).port),
  aws: Number(new URL(aws.endpoint).port),
  dynamodb: Number(new URL(dynamodbEndpoint).port),
  saml: Number(new URL(saml.entityId).port),
  slack: Number(new URL(slack.origin).port),
  teams: Number(new URL(teams.origin).port),
});
