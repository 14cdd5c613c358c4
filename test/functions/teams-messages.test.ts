import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/chatops.ts';
import type { ChatAct } from '../../lib/chatops/act.ts';
import type { Config } from '../../lib/config/environment.ts';
import { HatcheckError, refuse } from '../../lib/domain/errors.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { type MemoryClock, memoryClock } from '../support/memory.ts';
import {
  ALICE,
  type BotFramework,
  KEYS,
  askActivity,
  botFramework,
  messageActivity,
  pressActivity,
  teamsSettings,
} from '../support/teams.ts';

let database: TestDynamoDb;
let clock: MemoryClock;
let sent: ChatAct[];
let isDown: boolean;
let log: ReturnType<typeof recordingLogger>;
let microsoft: BotFramework;
let handler: ReturnType<typeof create>;
let presses = 0;

const NOW = '2026-11-22T12:00:00.000Z';

const handlerOf = (overrides: Partial<Config> = {}) => {
  const endpoints = { dynamodb: database.endpoint };
  const config = testConfig({ tables: database.tables, endpoints, chat: { teams: teamsSettings }, ...overrides });
  const chance = { id: () => '', token: () => '', fraction: () => 0 };
  const acts = {
    send: (act: ChatAct): Promise<void> => {
      if (isDown) return Promise.reject(new HatcheckError(refuse('aws_unavailable', 'as the test says')));
      sent.push(act);
      return Promise.resolve();
    },
  };
  return create(config, { clock, chance, logger: log.logger }, acts, microsoft.fetchJson);
};

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  database = await startDynamoDb();
});
afterAll(() => database.close());
beforeEach(() => {
  [clock, sent, isDown, log, microsoft] = [memoryClock(NOW), [], false, recordingLogger(), botFramework(NOW)];
  handler = handlerOf();
});

interface Post {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly to?: ReturnType<typeof create>;
}

const post = async (activity: object | string, { token = microsoft.token(), headers, to = handler }: Post = {}) => {
  const answer = await to(
    httpEvent({
      ...{ method: 'POST', path: '/chatops/teams/messages' },
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}`, ...headers },
      body: typeof activity === 'string' ? activity : JSON.stringify(activity),
    }),
  );
  const json = JSON.parse(answer.body ?? '{}') as { code?: string; type?: string; value?: unknown };
  return { status: answer.statusCode, ...json };
};

/** Another press each time. */
const aPress = (action: object = {}) => {
  presses += 1;
  return pressActivity({ id: `f:${presses}` }, action);
};

const requestId = `r_${'A'.repeat(26)}`;

describe('what Teams says', () => {
  test('is put on the queue, and whoever pressed hears that it was received', async () => {
    expect(await post(aPress())).toMatchObject({
      ...{ status: 200, statusCode: 200, type: 'application/vnd.microsoft.activity.message' },
    });
    expect(sent).toMatchObject([
      {
        at: NOW,
        account: { platform: 'teams', workspace: teamsSettings.tenantId, user: ALICE },
        saying: { type: 'approve', requestId, seq: 3 },
      },
    ]);
  });

  test('by the form takes the form away, so that nobody asks twice', async () => {
    expect(await post({ ...askActivity(), id: `f:ask-${(presses += 1)}` })).toMatchObject({
      ...{ type: 'application/vnd.microsoft.card.adaptive', value: { type: 'AdaptiveCard', actions: [] } },
    });
    expect(sent).toMatchObject([{ saying: { type: 'ask', entitlementId: 'prod-admin' } }]);
  });

  test('by a message is answered with nothing', async () => {
    expect(await post(messageActivity({ id: `m-${(presses += 1)}` }))).toEqual({ status: 200 });
    expect(sent).toMatchObject([{ saying: { type: 'link' } }]);
  });

  test('of those who come and go is of no concern', async () => {
    const { serviceUrl } = pressActivity();
    expect(await post({ type: 'conversationUpdate', serviceUrl })).toEqual({ status: 200 });
    expect(sent).toStrictEqual([]);
  });

  test('is taken once, however often and with whatever token it comes', async () => {
    const activity = aPress();
    const other = microsoft.token({ exp: Date.parse(NOW) / 1000 + 60 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_each, index) => post(activity, index % 2 === 0 ? {} : { token: other })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(sent).toHaveLength(1);
  });

  test('needs no call to Microsoft while the keys are known', async () => {
    for (let times = 0; times < 3; times += 1) await post(aPress());
    expect(microsoft.asked).toHaveLength(2);
  });
});

describe('attack', () => {
  const elsewhere = teamsSettings.tenantId.replace('aa', 'bb');

  test.each<[string, () => Post, object, number, string]>([
    ['no token', () => ({ headers: { authorization: '' } }), pressActivity(), 401, 'bearer'],
    ['an outgoing webhook', () => ({ headers: { authorization: 'HMAC x' } }), pressActivity(), 401, 'bearer'],
    ['another bot’s token', () => ({ token: microsoft.token({ aud: 'x' }) }), pressActivity(), 401, 'audience'],
    ['a token that is over', () => ({ token: microsoft.token({ exp: 1 }) }), pressActivity(), 401, 'expired'],
    [
      'a token made out to another service address',
      () => ({ token: microsoft.token({ serviceurl: 'https://smba.trafficmanager.net/amer/' }) }),
      ...([pressActivity(), 401, 'service_url'] as const),
    ],
    [
      'a service address of somebody else’s',
      () => ({ token: microsoft.token({ serviceurl: 'https://evil.example/' }) }),
      ...([pressActivity({ serviceUrl: 'https://evil.example/' }), 403, 'foreign_reply_address'] as const),
    ],
    [
      'another tenant',
      () => ({}),
      ...([pressActivity({ channelData: { tenant: { id: elsewhere } } }), 403, 'other_workspace'] as const),
    ],
    ['another bot', () => ({}), pressActivity({ recipient: { id: '28:x' } }), 403, 'other_app'],
    [
      'a bot that presses',
      () => ({}),
      ...([pressActivity({ from: { id: '28:x', aadObjectId: ALICE } }), 403, 'not_a_member'] as const),
    ],
    ['a payload that is none of ours', () => ({}), pressActivity({ name: 'task/fetch' }), 400, 'malformed'],
  ])('%s', async (_attack, how, activity, status, reason) => {
    expect((await post(activity, how())).status).toBe(status);
    expect(log.lines()).toMatchObject([{ reason: `teams: ${reason}` }]);
    expect(sent).toStrictEqual([]);
  });

  test('nobody’s words and no token are in the log', async () => {
    const token = microsoft.token({ aud: 'x' });
    await post(aPress(), { token });
    const lines = JSON.stringify(log.lines());
    expect(lines).not.toContain(token.slice(-40));
    expect(lines).not.toContain('Not today.');
  });

  test('a cookie of a session changes nothing', async () => {
    expect((await post(aPress(), { headers: { cookie: '__Host-hatcheck=p_x.y', authorization: '' } })).status).toBe(
      401,
    );
  });
});

describe('when something is away', () => {
  test('the keys: nothing is believed, and Teams may try again', async () => {
    microsoft.documents.delete(KEYS);
    expect(await post(aPress())).toMatchObject({ status: 503, code: 'provider_unavailable' });
    expect(sent).toStrictEqual([]);
  });

  test('the queue: whoever pressed hears so, and presses again', async () => {
    isDown = true;
    expect(await post(aPress())).toMatchObject({ status: 503, code: 'aws_unavailable' });
    isDown = false;
    expect((await post(aPress())).status).toBe(200);
    expect(sent).toHaveLength(1);
  });

  test('the keys of yesterday serve, and the operator is told', async () => {
    await post(aPress());
    clock.set('2026-11-22T13:00:00.000Z');
    microsoft.documents.clear();
    const later = Date.parse(clock.now()) / 1000;
    expect((await post(aPress(), { token: microsoft.token({ exp: later + 60 }) })).status).toBe(200);
    expect(log.lines()).toContainEqual(
      expect.objectContaining({ message: 'the keys of the Bot Framework could not be renewed' }),
    );
  });
});

test('where access.yml says nothing of Teams there is no such place', async () => {
  expect(await post(aPress(), { to: handlerOf({ chat: {} }) })).toMatchObject({ status: 404, code: 'not_found' });
});
