import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { create } from '../../functions/on-ledger-event.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { itemOf } from '../../lib/aws/ledger-item.ts';
import { seal } from '../../lib/broker/chain.ts';
import type { OcsfEvent } from '../../lib/broker/ocsf/ocsf-event.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';
import { type LocalAws, startLocalAws } from '../../local/aws/server.ts';
import { requestId } from '../contract/requests.ts';
import { BROKER_ACCOUNT, role } from '../local/aws/small-world.ts';
import { approved, approver, engineer, intended, noon, recorded, submitted } from '../support/builders.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { faultsOf } from '../unit/broker/ocsf/schema.ts';

const ROLE = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/everything`;
const QUEUES = ['hatcheck-test-notices.fifo', 'hatcheck-test-revocations.fifo'] as const;
const urlOf = (name: string): string => `https://sqs.eu-west-1.amazonaws.com/${BROKER_ACCOUNT}/${name}`;
const DAY = 86_400;

let database: TestDynamoDb;
let aws: LocalAws;
let log: ReturnType<typeof recordingLogger>;
let handler: ReturnType<typeof create>;
let requests = 0;

const started = (events = aws.endpoint) => {
  const { endpoint, tables } = database;
  const endpoints = { dynamodb: endpoint, sqs: aws.endpoint, events };
  const config = testConfig({
    ...{
      tables,
      endpoints,
      noticesQueue: urlOf(QUEUES[0]),
      revocationsQueue: urlOf(QUEUES[1]),
      eventBus: 'hatcheck-test',
    },
  });
  return create(config, { clock: memoryClock(noon(60)), chance: systemChance, logger: log.logger });
};

beforeAll(async () => {
  database = await startDynamoDb();
  aws = await startLocalAws({
    port: 0,
    world: { accounts: { [BROKER_ACCOUNT]: { buckets: [] } }, roles: [role(ROLE)] },
    dynamodbAccount: BROKER_ACCOUNT,
    queues: QUEUES.map((name) => ({ name, fifo: true, visibilitySeconds: 60 })),
    buses: ['hatcheck-test'],
    signingKey: randomBytes(32),
  });
  const credentials = aws.credentialsFor(ROLE, 'on-ledger-event');
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  });
});
afterAll(async () => {
  await aws.close();
  await database.close();
});
beforeEach(() => {
  log = recordingLogger();
  handler = started();
});

let sequence = 0;
const tell = (...events: readonly StoredEvent[]) =>
  handler({
    Records: events.map((event) => {
      sequence += 1;
      const NewImage = itemOf(event);
      return {
        ...{ eventID: `${sequence}`.padStart(32, '0'), eventName: 'INSERT' },
        dynamodb: {
          ApproximateCreationDateTime: Date.parse(event.at) / 1000,
          Keys: { stream: NewImage['stream'], seq: NewImage['seq'] },
          ...{ NewImage, SequenceNumber: `${sequence}` },
        },
      };
    }),
  }).then((answer) => {
    expect(answer).toEqual({ batchItemFailures: [] });
  });

const written = async (stream: string, ...events: readonly RecordedEvent[]): Promise<readonly StoredEvent[]> => {
  const sealed: StoredEvent[] = [];
  for (const event of events) {
    const next = seal(sealed.at(-1), stream, event);
    await dynamoLedger({ client: database.client, table: database.tables.ledger }).append(next);
    sealed.push(next);
  }
  return sealed;
};

/** A request that is asked for, approved and used so many seconds after noon. */
const used = async (at: number, entitlementId = 'prod-admin'): Promise<string> => {
  requests += 1;
  const id = requestId(requests);
  const intent = intended(noon(at + 20));
  const issued = { intent: intent.eventId, accessKeyId: 'ASIAEXAMPLE', expiration: noon(at + 900) };
  await tell(
    ...(await written(
      `request#${id}`,
      submitted({ requestId: id, entitlementId }, { at: noon(at) }),
      approved(approver, noon(at + 10)),
      intent,
      recorded('credentials.issued', issued, { by: engineer, at: noon(at + 30) }),
    )),
  );
  return id;
};

const lines = () => log.lines().filter(({ message }) => message === 'anomaly.found');
const busEvents = () =>
  aws.busEvents
    .filter(({ detailType }) => detailType === 'anomaly.found')
    .map(({ detail }) => detail as { ocsf: OcsfEvent });

test('what is usual is told nobody; a first use at night is, once a day, in the log and on the bus', async () => {
  for (let day = -20; day < 0; day += 1) await used(day * DAY);
  expect(lines()).toStrictEqual([]);

  await used(9 * 3600, 'prod-secrets');
  expect(lines().map(({ reason, handle }) => [reason, handle])).toEqual([
    ['first_use: prod-secrets', engineer.handle],
    ['unusual_hours: prod-secrets', engineer.handle],
  ]);
  expect(busEvents()).toHaveLength(2);
  for (const { ocsf } of busEvents()) expect([faultsOf(ocsf), ocsf.class_uid]).toEqual([[], 2004]);

  await used(10 * 3600, 'prod-others');
  expect(lines()).toHaveLength(2);
  await used(DAY + 9 * 3600, 'prod-more');
  expect(lines().length).toBeGreaterThan(2);
});

test('an outcome that nobody knows is told as the requester’s', async () => {
  requests += 1;
  const id = requestId(requests);
  const intent = intended(noon(50 * DAY + 20));
  const unknown = { intent: intent.eventId, reason: 'NoOutcome' };
  const events = await written(
    `request#${id}`,
    submitted({ requestId: id }, { at: noon(50 * DAY) }),
    approved(approver, noon(50 * DAY + 10)),
    intent,
    recorded('credentials.unknown', unknown, { by: approver, at: noon(50 * DAY + 700) }),
  );
  await tell(...events);
  await tell(...events);
  expect(lines().map(({ reason, handle }) => [reason, handle])).toEqual([
    [`intent_without_outcome: ${id}`, engineer.handle],
  ]);
});

test('ten refusals of one person at a request are told, nine are not; nor are everybody’s together', async () => {
  requests += 1;
  const id = requestId(requests);
  const refused = (n: number, by = engineer) =>
    recorded(
      'credentials.refused',
      { requestId: id, purpose: 'credentials', code: 'held', reason: 'held' },
      { by, at: noon(60 * DAY + n * 61) },
    );
  const events = await written(
    `refusals#${id}`,
    ...Array.from({ length: 9 }, (_, n) => refused(n)),
    refused(9, approver),
    refused(10),
  );
  await tell(...events.slice(0, 10));
  expect(lines()).toStrictEqual([]);
  await tell(...events.slice(10));
  expect(lines().map(({ reason }) => reason)).toEqual([`many_refusals: ${id}`]);
});

test('where the bus takes nothing, it is in the log, and the event is dealt with all the same', async () => {
  handler = started('http://127.0.0.1:1');
  for (let day = 80; day < 100; day += 1) await used(day * DAY);
  await used(100 * DAY, 'prod-anything');
  expect(lines()).toHaveLength(1);
  const failed = log.lines().filter(({ level }) => level === 'ERROR');
  expect(failed.map(({ message }) => message)).toEqual(['what is unusual was not looked for']);
});
