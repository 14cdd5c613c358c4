import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { create } from '../../functions/signin.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { answers } from '../../lib/http/answers.ts';
import type { Session } from '../../lib/identity/ports.ts';
import { openSession } from '../../lib/identity/sessions.ts';
import { approver, engineer } from '../support/builders.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';

let database: TestDynamoDb;
let config: Config;
let clock = memoryClock();
let signin: ReturnType<typeof create>;

beforeAll(() => {
  setFunctionEnvironment();
});
beforeEach(async () => {
  database = await startDynamoDb();
  config = testConfig({ tables: database.tables, endpoints: { dynamodb: database.endpoint } });
  clock = memoryClock(new Date().toISOString());
  signin = create(config, { clock, chance: systemChance, logger: recordingLogger().logger });
});
afterEach(() => database.close());
afterAll(() => {
  delete process.env['TEST_PEPPER'];
});

const open = (person = engineer, via: Session['via'] = 'cookie') => {
  const principal = person.kind === 'person' ? { ...person, authenticatedAt: clock.now() } : person;
  const sessions = dynamoSessions({ client: database.client, table: database.tables.identity, clock });
  return openSession({ sessions, clock, chance: systemChance }, principal, via);
};

const call = async (token: string, method = 'GET', id?: string, more: HttpCall = {}) => {
  const answer = await signin(
    httpEvent({
      ...{ method, path: `/v1/sessions${id === undefined ? '' : `/${id}`}`, cookies: [`__Host-hatcheck=${token}`] },
      ...(id !== undefined && { routeKey: `${method} /v1/sessions/{id}` }),
      headers: { origin: config.origin, 'hatcheck-csrf': '1' },
      ...more,
    }),
  );
  const json: unknown = JSON.parse(answer.body ?? '{}');
  return { status: answer.statusCode, json: Object(json) as { code?: string; sessions?: { id: string }[] } };
};

const idOf = ({ session }: { session: Session }): string => `s_${session.tokenHash}`;
const idsOf = async (token: string) => (await call(token)).json.sessions?.map(({ id }) => id);

const endings = async (): Promise<readonly string[]> => {
  const { Items = [] } = await database.client.send(new ScanCommand({ TableName: database.tables.ledger }));
  return Items.map((item) => item['canonical']?.S ?? '').filter((text) => text.includes('"signin.ended"'));
};

describe('GET /v1/sessions', () => {
  test('lists the caller’s own, newest first, and says which one asks', async () => {
    const first = await open();
    clock.advance(60);
    const second = await open(engineer, 'bearer');
    await open(approver);
    const { status, json } = await call(first.token);
    expect(status).toBe(200);
    expect(answers.Sessions().safeParse(json).error).toBeUndefined();
    expect(json.sessions).toMatchObject([
      { id: idOf(second), via: 'bearer', current: false },
      { id: idOf(first), via: 'cookie', current: true },
    ]);
    expect(JSON.stringify(json)).not.toContain(first.token.split('.')[1]);
  });

  test('says when each was last used, and how it came about', async () => {
    const mine = await open();
    clock.advance(1);
    await open(engineer, 'bearer');
    clock.advance(90);
    const usedAt = clock.now();
    await call(mine.token);
    clock.advance(30);
    const { json } = await call(mine.token);
    expect(json.sessions).toMatchObject([
      { method: 'token_exchange', methods: ['pwd'] },
      { method: 'browser', methods: ['pwd'], lastSeenAt: usedAt },
    ]);
  });

  test('leaves out a browser that nobody used for an hour', async () => {
    await open();
    clock.advance(1800);
    const mine = await open();
    clock.advance(1800);
    await expect(idsOf(mine.token)).resolves.toEqual([idOf(mine)]);
  });

  test('leaves out what is over', async () => {
    await open(engineer, 'bearer');
    clock.advance(900);
    const mine = await open();
    await expect(idsOf(mine.token)).resolves.toEqual([idOf(mine)]);
  });
});

describe('DELETE /v1/sessions/{id}', () => {
  test('ends one of the caller’s own and records that', async () => {
    const [mine, other] = [await open(), await open()];
    const { status, json } = await call(mine.token, 'DELETE', idOf(other));
    expect([status, json.sessions?.map(({ id }) => id)]).toEqual([200, [idOf(mine)]]);
    expect((await call(other.token)).status).toBe(401);
    const ended = await endings();
    expect(ended).toHaveLength(1);
    expect(ended[0]).toContain('"reason":"removed"');
    expect(ended[0]).toContain(engineer.handle);
  });

  test('of somebody else’s session finds nothing and ends nothing', async () => {
    const [mine, theirs] = [await open(), await open(approver)];
    await expect(call(mine.token, 'DELETE', idOf(theirs))).resolves.toMatchObject({ status: 404 });
    expect((await call(theirs.token)).status).toBe(200);
    expect(await endings()).toStrictEqual([]);
  });

  test.each(['s_', 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA', `s_${'a'.repeat(43)}`, `s_${'a'.repeat(44)}`])(
    'of %s finds nothing',
    async (id) => {
      const mine = await open();
      await expect(call(mine.token, 'DELETE', id)).resolves.toMatchObject({ status: 404, json: { code: 'not_found' } });
    },
  );

  test('from another site ends nothing', async () => {
    const mine = await open();
    const headers = { origin: 'https://evil.example', 'hatcheck-csrf': '1' };
    await expect(call(mine.token, 'DELETE', idOf(mine), { headers })).resolves.toMatchObject({
      json: { code: 'cross_origin' },
    });
    expect((await call(mine.token)).status).toBe(200);
  });
});

test('DELETE /v1/sessions ends all but the one that asks', async () => {
  const [mine, ...others] = [await open(), await open(), await open(engineer, 'bearer')];
  const theirs = await open(approver);
  const { json } = await call(mine.token, 'DELETE');
  expect(json.sessions?.map(({ id }) => id)).toEqual([idOf(mine)]);
  expect((await call(theirs.token)).status).toBe(200);
  expect(await endings()).toHaveLength(others.length);
});

test('signing out is recorded', async () => {
  const mine = await open();
  await signin(
    httpEvent({
      ...{ method: 'POST', path: '/logout', cookies: [`__Host-hatcheck=${mine.token}`] },
      headers: { origin: config.origin, 'sec-fetch-site': 'same-origin' },
      form: { csrf: mine.session.csrf ?? '' },
    }),
  );
  expect((await endings())[0]).toContain('"reason":"signed_out"');
});

describe('whose sign-in is older than a quarter of an hour', () => {
  test.each([
    ['one other', (id: string) => id],
    ['all others', () => undefined],
  ])('proves themselves anew before they end %s', async (_what, named) => {
    const [mine, other] = [await open(), await open()];
    clock.advance(901);
    const { status, json } = await call(mine.token, 'DELETE', named(idOf(other)));
    expect([status, json]).toMatchObject([403, { code: 'step_up_required', loginUrl: '/login?stepUp=fresh' }]);
    expect((await call(other.token)).status).toBe(200);
    const anew = await open();
    expect((await call(anew.token, 'DELETE', named(idOf(other)))).status).toBe(200);
    expect((await call(other.token)).status).toBe(401);
  });

  test('ends the one that they are in all the same', async () => {
    const mine = await open();
    clock.advance(901);
    await call(mine.token, 'DELETE', idOf(mine));
    expect((await call(mine.token)).status).toBe(401);
  });

  test('a job, which has nobody to prove anything, ends its own', async () => {
    const job = { ...engineer, kind: 'workload' as const };
    const [mine, other] = [await open(job, 'bearer'), await open(job, 'bearer')];
    const headers = { authorization: `Bearer ${mine.token}` };
    const { status } = await call(mine.token, 'DELETE', idOf(other), { headers, cookies: [] });
    expect(status).toBe(200);
  });
});
