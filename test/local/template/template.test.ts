import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRouter } from '../../../local/gateway/routes.ts';
import { readTemplateFile } from '../../../local/template.ts';
import type { LocalStack } from '../../../local/template.ts';

const settings = { accountId: '111122223333', region: 'eu-west-1', partition: 'aws', stackName: 'hatcheck-dev' };
const serverless = fileURLToPath(new URL('../../../node_modules/.bin/serverless', import.meta.url));

let folder: string;
let stack: LocalStack;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-template-'));
  await cp(fileURLToPath(new URL('./fixture', import.meta.url)), folder, { recursive: true });
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, SLS_NOTIFICATIONS_MODE: 'off', SLS_TELEMETRY_DISABLED: '1' };
  await promisify(execFile)(process.execPath, [serverless, 'package'], { cwd: folder, env });
  const path = join(folder, '.serverless/cloudformation-template-update-stack.json');
  stack = await readTemplateFile(path, settings, folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a packaged serverless.yml', () => {
  test('names the function of each route', () => {
    expect([...stack.routes].sort((a, b) => a.routeKey.localeCompare(b.routeKey))).toEqual([
      { routeKey: '$default', functionId: 'second' },
      { routeKey: 'GET /v1/things/{id}', functionId: 'first' },
      { routeKey: 'POST /v1/things', functionId: 'first' },
    ]);
    expect(createRouter(stack.routes)('GET', '/v1/things/7')?.functionId).toBe('first');
  });

  test('gives each function its bundle, environment, role and limits', () => {
    expect(stack.functions['first']).toEqual({
      id: 'first',
      functionName: 'fixture-dev-first',
      arn: 'arn:aws:lambda:eu-west-1:111122223333:function:fixture-dev-first',
      handler: 'code/first.handler',
      bundlePath: join(folder, 'code/first.mjs'),
      environment: {
        LEDGER_TABLE: 'hatcheck-dev-ledger',
        ORIGIN: 'https://local.execute-api.eu-west-1.amazonaws.com',
        QUEUE_NAME: 'hatcheck-dev-testing',
      },
      roleLogicalId: 'FirstRole',
      timeoutSeconds: 10,
      memoryMb: 256,
    });
    expect(stack.functions['second']?.roleLogicalId).toBe('SecondRole');
  });

  test('gives each role its ARN, trust, policies and boundary, all resolved', () => {
    const table = 'arn:aws:dynamodb:eu-west-1:111122223333:table/hatcheck-dev-ledger';
    expect(stack.roles['FirstRole']).toMatchObject({
      name: 'hatcheck-dev-first',
      arn: 'arn:aws:iam::111122223333:role/hatcheck/hatcheck-dev-first',
      path: '/hatcheck/',
      trustPolicy: { Statement: [{ Principal: { Service: 'lambda.amazonaws.com' } }] },
      managedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'],
      maxSessionSeconds: 3600,
    });
    expect(stack.roles['FirstRole']?.policies).toEqual([
      {
        name: 'ledger',
        document: {
          Version: '2012-10-17',
          Statement: [
            { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:Query'], Resource: table },
            { Effect: 'Allow', Action: 'dynamodb:Query', Resource: `${table}/index/*` },
          ],
        },
      },
    ]);
    expect(stack.roles['SecondRole']).toMatchObject({
      name: 'hatcheck-dev-SecondRole',
      policies: [],
      permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
    });
  });

  test('gives each table as CreateTable takes it, and what CreateTable does not take beside it', () => {
    const table = stack.tables['Ledger'];
    expect(table?.createTable).toEqual({
      TableName: 'hatcheck-dev-ledger',
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'stream', KeyType: 'HASH' },
        { AttributeName: 'seq', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: [
        { AttributeName: 'stream', AttributeType: 'S' },
        { AttributeName: 'seq', AttributeType: 'N' },
        { AttributeName: 'due', AttributeType: 'S' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'due',
          KeySchema: [{ AttributeName: 'due', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(table?.ttlAttribute).toBe('expiresAt');
    expect(table?.resourcePolicy).toMatchObject({ Statement: [{ Effect: 'Deny', Action: 'dynamodb:DeleteItem' }] });
  });

  test('names the function that a table’s stream calls', () => {
    expect(stack.eventSources).toEqual([
      { functionId: 'second', sourceArn: stack.tables['Ledger']?.streamArn, batchSize: 10, givesUp: false },
    ]);
  });
});
