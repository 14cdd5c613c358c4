import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { create } from '../../functions/credentials.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { emfFaults } from '../support/emf.ts';
import { recordingMeter } from '../support/meter.ts';

let broker: TestBroker;
let token: string;
beforeAll(async () => {
  broker = await startBroker();
  token = await broker.signIn('engineer', ['engineering', 'sre']);
});
afterAll(() => broker.close());

const measured = async (
  entitlementId: string,
  act: 'credentials' | 'console',
  { ofSts = broker.aws.endpoint } = {},
) => {
  const ask = { entitlementId, justification: 'The queue is stuck.', durationSeconds: 1800 };
  const { json } = await broker.call(token, 'POST', '/v1/requests', ask);
  const { meter, documents } = recordingMeter('credentials');
  const { config, clock } = broker;
  const handler = create(
    { ...config, endpoints: { ...config.endpoints, sts: ofSts } },
    { clock, chance: systemChance, logger: silentLogger, meterIn: () => meter },
  );
  const { statusCode } = await handler(
    httpEvent({
      method: 'POST',
      path: `/v1/requests/${json.request.id}/${act}`,
      routeKey: `POST /v1/requests/{id}/${act}`,
      headers: { authorization: `Bearer ${token}` },
    }),
  );
  expect(documents().flatMap(emfFaults)).toStrictEqual([]);
  const times = documents().find(({ Function }) => Function === 'credentials') ?? {};
  const howOften = Object.entries(times).flatMap(([name, values]) =>
    Array.isArray(values) ? [`${name} ${values.length}`] : [],
  );
  return { statusCode, lines: documents().length, howOften: howOften.sort() };
};

test('an issue says in one line how long each trip took', async () => {
  expect(await measured('prod-read', 'credentials')).toEqual({
    statusCode: 200,
    lines: 1,
    howOften: ['Authenticate 1', 'OpenSession 1', 'ReadLedger 3', 'WriteIntent 1', 'WriteOutcome 1'],
  });
});

test('a console has its URL made, and two outcomes', async () => {
  const { statusCode, howOften } = await measured('prod-read', 'console');
  expect(statusCode).toBe(200);
  expect(howOften).toEqual([
    'Authenticate 1',
    'MakeUrl 1',
    'OpenSession 1',
    'ReadLedger 3',
    'WriteIntent 1',
    'WriteOutcome 2',
  ]);
});

test('an STS that is away is measured as what failed', async () => {
  const { statusCode, lines, howOften } = await measured('prod-read', 'credentials', { ofSts: 'http://127.0.0.1:9' });
  expect([statusCode, lines]).toEqual([503, 2]);
  expect(howOften).toEqual([
    'Authenticate 1',
    'Faults 1',
    'OpenSession 1',
    'ReadLedger 3',
    'WriteIntent 1',
    'WriteOutcome 1',
  ]);
});
