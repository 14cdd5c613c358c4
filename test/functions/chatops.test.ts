import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/chatops.ts';
import type { ChatAct } from '../../lib/chatops/act.ts';
import type { Config } from '../../lib/config/environment.ts';
import { HatcheckError, refuse } from '../../lib/domain/errors.ts';
import { testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { type MemoryClock, memoryClock } from '../support/memory.ts';
import {
  SIGNING_SECRET,
  commandBody,
  homeOpened,
  interactionBody,
  pressPayload,
  slackHeaders,
  slackSettings,
} from '../support/slack.ts';

let database: TestDynamoDb;
let clock: MemoryClock;
let sent: ChatAct[];
let isDown: boolean;
let log: ReturnType<typeof recordingLogger>;
let presses = 0;

beforeAll(async () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  database = await startDynamoDb();
});
afterAll(() => database.close());
beforeEach(() => {
  process.env['TEST_SLACK_SECRET'] = SIGNING_SECRET;
  clock = memoryClock('2026-11-22T12:00:00.000Z');
  sent = [];
  isDown = false;
  log = recordingLogger();
});

const acts = {
  send: (act: ChatAct): Promise<void> => {
    if (isDown) return Promise.reject(new HatcheckError(refuse('aws_unavailable', 'as the test says')));
    sent.push(act);
    return Promise.resolve();
  },
};

const handlerOf = (overrides: Partial<Config> = {}) => {
  const endpoints = { dynamodb: database.endpoint };
  const config = testConfig({ tables: database.tables, endpoints, chat: { slack: slackSettings }, ...overrides });
  return create(
    config,
    { clock, chance: { id: () => '', token: () => '', fraction: () => 0 }, logger: log.logger },
    acts,
  );
};

interface Post extends HttpCall {
  readonly at?: string;
  readonly secret?: string;
  readonly config?: Partial<Config>;
}

const post = async (path: string, body: string, { at = clock.now(), secret, config, ...http }: Post = {}) => {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...slackHeaders(body, at, secret),
    ...http.headers,
  };
  const answer = await handlerOf(config)(httpEvent({ method: 'POST', path, body, ...http, headers }));
  const { code } = JSON.parse(answer.body ?? '{}') as { code?: string };
  return [answer.statusCode, code ?? answer.body];
};

const INTERACTIONS = '/chatops/slack/interactions';
const COMMANDS = '/chatops/slack/commands';
const EVENTS = '/chatops/slack/events';
const event = (change: object = {}, more: Post = {}) =>
  post(EVENTS, JSON.stringify(homeOpened(change)), {
    ...more,
    headers: { 'content-type': 'application/json', ...more.headers },
  });

/** Another press each time. */
const aPress = (change: object = {}): string => {
  presses += 1;
  return interactionBody(pressPayload({ trigger_id: `1.${presses}`, ...change }));
};
const press = (body = aPress(), more: Post = {}) => post(INTERACTIONS, body, more);

describe('what Slack signed', () => {
  test('is put on the queue, and answered with nothing', async () => {
    expect(await press()).toEqual([200, undefined]);
    expect(await post(COMMANDS, commandBody({ text: 'mine', trigger_id: 'a.1' }))).toEqual([200, undefined]);
    expect(sent).toMatchObject([
      { at: clock.now(), account: { user: 'U0ALICE' }, saying: { type: 'approve' } },
      { saying: { type: 'list' } },
    ]);
  });

  test('as API Gateway sends it, in base64', async () => {
    const body = aPress();
    expect(await press(body, { body: Buffer.from(body).toString('base64'), isBase64Encoded: true })).toEqual([
      200,
      undefined,
    ]);
    expect(sent).toHaveLength(1);
  });

  test('by either of two secrets', async () => {
    process.env['TEST_SLACK_NEXT'] = 'the next one';
    const slack = { ...slackSettings, signingSecrets: ['env:TEST_SLACK_SECRET', 'env:TEST_SLACK_NEXT'] };
    for (const secret of [SIGNING_SECRET, 'the next one'])
      expect(await press(aPress(), { secret, config: { chat: { slack } } })).toEqual([200, undefined]);
    expect(sent).toHaveLength(2);
  });

  test('and is only a link needs no act', async () => {
    const actions = [{ action_id: 'open', type: 'button' }];
    expect(await press(aPress({ actions }))).toEqual([200, undefined]);
    expect(sent).toStrictEqual([]);
  });

  test('is said to be lost where the queue does not take it: whoever pressed presses again', async () => {
    isDown = true;
    expect(await press()).toEqual([503, 'aws_unavailable']);
    isDown = false;
    expect(await press()).toEqual([200, undefined]);
    expect(sent).toHaveLength(1);
  });
});

describe('an event', () => {
  test('that Slack signed is put on the queue once, however often Slack sends it', async () => {
    for (const number of ['1', '2', '3'])
      expect(await event({}, { headers: { 'x-slack-retry-num': number } })).toEqual([200, undefined]);
    expect(sent).toMatchObject([{ account: { user: 'U0ALICE' }, saying: { type: 'home' } }]);
  });

  test('has its challenge said back as plain text, and nothing else comes of it', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc123' });
    const headers = { 'content-type': 'application/json', ...slackHeaders(body, clock.now()) };
    const answer = await handlerOf()(httpEvent({ method: 'POST', path: EVENTS, body, headers }));
    expect([answer.statusCode, answer.body, answer.headers?.['content-type']]).toEqual([
      ...[200, 'abc123', 'text/plain; charset=utf-8'],
    ]);
    expect(sent).toStrictEqual([]);
  });

  test('attack: unsigned, stale, foreign, or as a form, does nothing, and its challenge is not said back', async () => {
    expect(await event({}, { secret: 'another' })).toEqual([401, 'invalid_token']);
    expect(await event({ type: 'url_verification', challenge: 'abc' }, { secret: 'another' })).toEqual([
      ...[401, 'invalid_token'],
    ]);
    expect(await event({}, { at: '2026-11-22T11:54:59.000Z' })).toEqual([401, 'invalid_token']);
    expect(await event({ team_id: 'T0THEIRS' })).toEqual([403, 'channel_not_allowed']);
    expect(await event({ event: { type: 'app_home_opened' } })).toEqual([400, 'invalid_input']);
    expect(await post(EVENTS, aPress())).toEqual([415, 'unsupported_media_type']);
    expect(sent).toStrictEqual([]);
  });
});

describe('regression 17: nothing comes of', () => {
  test('a bad signature, and nobody is told which part was bad', async () => {
    expect(await press(aPress(), { secret: 'another' })).toEqual([401, 'invalid_token']);
    expect(await press(aPress(), { headers: { 'x-slack-signature': '' } })).toEqual([401, 'invalid_token']);
    expect(sent).toStrictEqual([]);
    expect(log.lines()).toMatchObject([{ reason: 'slack: signature_wrong' }, { reason: 'slack: signature_malformed' }]);
  });

  test('a stale timestamp', async () => {
    const body = aPress();
    const at = clock.now();
    clock.advance(301);
    expect(await press(body, { at })).toEqual([401, 'invalid_token']);
    expect(sent).toStrictEqual([]);
  });

  test('a replay: of five at once, and of one much later signed anew, the first counts', async () => {
    const body = aPress();
    const answers = await Promise.all(Array.from({ length: 5 }, () => press(body)));
    expect(answers).toEqual(Array.from({ length: 5 }, () => [200, undefined]));
    clock.advance(1800);
    expect(await press(body)).toEqual([200, undefined]);
    expect(sent).toHaveLength(1);
  });

  test('a payload of another app, workspace, or of a guest', async () => {
    const { user } = pressPayload();
    for (const change of [
      { api_app_id: 'A0OTHER' },
      { team: { id: 'T0THEIRS' } },
      { user: { ...user, team_id: 'T0THEIRS' } },
      { user: { ...user, is_restricted: true } },
      { response_url: 'https://example.com/' },
    ])
      expect(await press(aPress(change))).toEqual([403, 'channel_not_allowed']);
    expect(sent).toStrictEqual([]);
  });
});

describe('attack', () => {
  test('a body that says a field twice, or none', async () => {
    const body = aPress();
    for (const other of [`${body}&${body}`, 'payload=%', '', commandBody()])
      expect(await press(other)).toEqual([400, 'invalid_input']);
    expect(sent).toStrictEqual([]);
  });

  test('as JSON, which Slack never sends', async () => {
    expect(await press(aPress(), { headers: { 'content-type': 'application/json' } })).toEqual([
      ...[415, 'unsupported_media_type'],
    ]);
  });

  test('more than anybody presses', async () => {
    expect(await press(aPress({ more: 'x'.repeat(65_536) }))).toEqual([413, 'too_large']);
  });

  test('where access.yml says nothing of Slack', async () => {
    expect(await press(aPress(), { config: { chat: {} } })).toEqual([404, 'not_found']);
  });

  test('with an empty secret, by which anybody could sign', async () => {
    process.env['TEST_SLACK_SECRET'] = ' ';
    expect(await press(aPress(), { secret: ' ' })).toEqual([500, 'internal']);
    expect(sent).toStrictEqual([]);
  });

  test('nothing of what was said stands in the log', async () => {
    await press();
    await press(aPress(), { secret: 'another' });
    expect(log.text()).not.toMatch(/U0ALICE|alice|Not today|hooks\.slack|signing secret/);
  });
});

test('without a queue it does not start', () => {
  expect(() => create(testConfig())).toThrow(TypeError);
});
