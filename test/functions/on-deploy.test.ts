import { type Server, createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/on-deploy.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { controlAfter } from '../../lib/domain/control.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import { closeServer, listenOnLoopback } from '../../local/gateway/loopback.ts';
import { NOON, noon } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { type MemoryClock, memoryClock } from '../support/memory.ts';

let database: TestDynamoDb;
let clock: MemoryClock;
let cloudFormation: Server;
let port: number;
let answered: { readonly method?: string; readonly type?: string; readonly body: Record<string, unknown> }[];
/** The status of each answer to an answer, in turn; 200 when there is none left. */
let statuses: number[];
let log: ReturnType<typeof recordingLogger>;
let handle: ReturnType<typeof create>;

beforeEach(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  delete process.env['AWS_SESSION_TOKEN'];
  database = await startDynamoDb();
  [clock, log, answered, statuses] = [memoryClock(), recordingLogger(), [], []];
  cloudFormation = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', headers } = request;
      answered.push({ method, type: headers['content-type'] ?? '', body: JSON.parse(body) as Record<string, unknown> });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  port = await listenOnLoopback(cloudFormation, 0);
  handle = create(configAt(database.endpoint), around());
});

afterEach(async () => {
  await closeServer(cloudFormation);
  await database.close();
});

const around = () => ({ clock, chance: systemChance, logger: log.logger });

const configAt = (dynamodb: string) => testConfig({ tables: database.tables, endpoints: { dynamodb } });

const requestOf = (PolicyVersion: unknown, more: Record<string, unknown> = {}) => ({
  RequestType: 'Update',
  ResponseURL: `http://127.0.0.1:${port}/?signature=s3cr3t`,
  StackId: 'arn:aws:cloudformation:eu-west-1:777788889999:stack/hatcheck-prod/1',
  RequestId: 'one',
  ResourceType: 'Custom::HatcheckPolicy',
  LogicalResourceId: 'ActivePolicy',
  PhysicalResourceId: 'active-policy',
  ResourceProperties: { ServiceToken: 'arn', PolicyVersion },
  ...more,
});

const ledger = () => dynamoLedger({ client: database.client, table: database.tables.ledger });
const control = async () => controlAfter(await ledger().last('control'));

describe('CloudFormation tells of a deployment', () => {
  test('which puts the version on record, as the system, and is told that it is', async () => {
    await handle(requestOf('first', { RequestType: 'Create' }));
    expect(await ledger().last('control')).toMatchObject({
      type: 'policy.activated',
      actor: { kind: 'system', handle: 'on-deploy' },
      at: NOON,
      data: { version: 'first', carried: { holds: [], active: { version: 'first', at: NOON } } },
    });
    expect(answered).toEqual([
      {
        method: 'PUT',
        // S3 would refuse a content type that the address was not signed for.
        type: '',
        body: {
          ...{ Status: 'SUCCESS', PhysicalResourceId: 'active-policy', RequestId: 'one' },
          ...{ StackId: requestOf('').StackId, LogicalResourceId: 'ActivePolicy' },
        },
      },
    ]);
  });

  test('twice, and it is on record once', async () => {
    await handle(requestOf('first'));
    await handle(requestOf('first'));
    expect(await ledger().read('control')).toHaveLength(1);
    expect(answered.map(({ body }) => body['Status'])).toEqual(['SUCCESS', 'SUCCESS']);
  });

  test('and of the next, and rolls back: each time only the one before is left for ten minutes', async () => {
    await handle(requestOf('first'));
    await handle(requestOf('second'));
    expect(await control()).toMatchObject({ predecessor: { version: 'first', until: noon(600) } });
    clock.advance(60);
    await handle(requestOf('first'));
    expect(await control()).toEqual({
      holds: [],
      active: { version: 'first', at: noon(60) },
      predecessor: { version: 'second', until: noon(660) },
    });
  });

  test('and when the stack is deleted nothing changes', async () => {
    await handle(requestOf('first'));
    await handle(requestOf('second', { RequestType: 'Delete' }));
    expect((await control()).active?.version).toBe('first');
    expect(answered.at(-1)?.body['Status']).toBe('SUCCESS');
  });

  test.each([[undefined], ['with spaces'], [''], ['v'.repeat(65)]])(
    'without a version: %j fails the deployment',
    async (version) => {
      await handle(requestOf(version));
      expect(answered[0]?.body).toMatchObject({ Status: 'FAILED', Reason: 'internal' });
      expect(await control()).toEqual({ holds: [] });
    },
  );

  test('while the ledger is away, and the deployment fails instead of waiting', async () => {
    const away = create(configAt('http://127.0.0.1:1'), around());
    await away(requestOf('first'));
    expect(answered[0]?.body).toMatchObject({ Status: 'FAILED', Reason: 'ledger_unavailable' });
  });
});

describe('the answer', () => {
  test('is tried three times', async () => {
    statuses = [503, 503];
    await handle(requestOf('first'));
    expect(answered).toHaveLength(3);
  });

  test('that nobody takes ends the call with an error, so that Lambda calls again', async () => {
    statuses = [503, 503, 503];
    await expect(handle(requestOf('first'))).rejects.toMatchObject({ code: 'aws_unavailable' });
  });

  test('follows no redirect', async () => {
    statuses = [302, 302, 302];
    await expect(handle(requestOf('first'))).rejects.toMatchObject({ code: 'aws_unavailable' });
  });

  test.each([
    'https://attacker.example.com/',
    'https://amazonaws.com.example.com/',
    'https://notamazonaws.com/',
    'http://bucket.s3.amazonaws.com/',
    'https://bucket.s3.amazonaws.com:8443/',
    'https://name:word@bucket.s3.amazonaws.com/',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost:1/',
    'file:///etc/passwd',
  ])('goes to AWS and nowhere else: %s', async (ResponseURL) => {
    const error: unknown = await handle(requestOf('first', { ResponseURL })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HatcheckError);
    expect((error as HatcheckError).refusal.reason).toMatch(/none of AWS/);
    expect(answered).toStrictEqual([]);
  });

  test('never goes to this machine where nothing stands in for AWS', async () => {
    const deployed = create(testConfig({ tables: database.tables }), around());
    const refused = deployed(requestOf('first', { RequestType: 'Delete' }));
    await expect(refused).rejects.toMatchObject({ code: 'aws_unavailable' });
    expect(answered).toStrictEqual([]);
  });

  test('is addressed with a secret that stands in no log', async () => {
    statuses = [503, 503, 503];
    await handle(requestOf(undefined)).catch(() => undefined);
    expect(JSON.stringify(log)).not.toContain('s3cr3t');
  });
});

test('an event that is none of CloudFormation’s is refused', async () => {
  await expect(handle({ PolicyVersion: 'first' })).rejects.toThrow();
  expect(await control()).toEqual({ holds: [] });
});
