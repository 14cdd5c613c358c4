import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Card, Chat } from '../../../../lib/chatops/port.ts';
import { slackClient } from '../../../../lib/chatops/slack/client.ts';
import { APPROVALS, type TestWorkspace, WORKSPACE, startWorkspace, textsOf } from '../../../support/slack-workspace.ts';

const CARD: Card = { title: 'Erin <!channel> asks @here: *it*', facts: [{ label: 'Why', text: 'x' }], actions: [] };

const account = (user: string) => ({ platform: 'slack' as const, workspace: WORKSPACE.teamId, user });

let slack: TestWorkspace;
let chat: Chat;
const clientOf = (token: string): Chat =>
  slackClient({
    ...{ origin: 'https://hatcheck.example.com', teamId: WORKSPACE.teamId, endpoint: slack.endpoint },
    token: () => Promise.resolve(token),
  });
beforeAll(async () => {
  slack = await startWorkspace();
  chat = clientOf(slack.botToken);
});
afterAll(() => slack.close());
beforeEach(() => {
  slack.forget();
});

const faultOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a message is posted, changed where it stands, and answered in its thread', async () => {
  const ref = await chat.post(APPROVALS, CARD);
  expect(ref).toMatchObject({ platform: 'slack', workspace: WORKSPACE.teamId, channel: APPROVALS });
  await chat.update(ref, { ...CARD, title: 'Denied' });
  const below = await chat.post(APPROVALS, CARD, ref);
  const [first, second] = slack.messages;
  expect(first && [textsOf(first)[0], first.edits]).toEqual(['Denied', 1]);
  expect([second?.thread, second?.ts]).toEqual([ref.message, below.message]);
});

test('what notifications say has no markup, no mention and no link in it', async () => {
  await chat.post(APPROVALS, CARD);
  expect(slack.messages[0]?.text).toBe('Erin &lt;!channel&gt; asks  here:  it ');
});

test('a message to one person stands in their conversation with the app', async () => {
  expect(await chat.direct(account('U0ENGINEER'), CARD)).toMatchObject({ channel: 'D0ENGINEER' });
});

describe('an answer that only one sees', () => {
  test('stands where they acted', async () => {
    await chat.whisper({ account: account('U0ENGINEER'), place: { channel: APPROVALS } }, CARD);
    expect(slack.messages[0]).toMatchObject({ channel: APPROVALS, only: 'U0ENGINEER' });
  });

  test('goes alone where it is not known where that was', async () => {
    await chat.whisper({ account: account('U0ENGINEER'), place: {} }, CARD);
    expect(slack.messages[0]).toMatchObject({ channel: 'D0ENGINEER' });
  });

  test('by an address that is over is refused for good', async () => {
    const place = { replyTo: `${slack.origin}/hooks/0000` };
    expect(await faultOf(chat.whisper({ account: account('U0ENGINEER'), place }, CARD))).toMatchObject({
      name: 'ChatError',
      mayPass: false,
    });
  });
});

test.each([
  ['U0ENGINEER', true],
  ['U0GUEST', false],
  ['U0STRANGER', false],
  ['U0BOT', false],
])('whether %s is a full member of ours: %s', async (user, isMember) => {
  expect(await chat.isMember({ account: account(user), place: {} })).toBe(isMember);
});

test('nobody is a member of whom the platform knows nothing', async () => {
  expect(await faultOf(chat.isMember({ account: account('U0NOBODY'), place: {} }))).toMatchObject({ mayPass: false });
});

test('a form that comes too late is said to, and any other fault is one', async () => {
  const to = { account: account('U0ENGINEER'), place: {} };
  const form = { entitlements: [{ id: 'a', title: 'A', maxDurationSeconds: 3600, ticketRequired: false }] };
  expect(await chat.openForm(to, '1.2.over', form)).toBe('too_late');
  expect(await faultOf(clientOf('xoxb-other').openForm(to, '1.2.over', form))).toMatchObject({ mayPass: false });
});

test('the home of the app is as it was last put', async () => {
  // Slack refuses a view in which two blocks have one name.
  await chat.home(account('U0ENGINEER'), [CARD, CARD]);
  expect(slack.homes.get('U0ENGINEER')).toMatchObject({ type: 'home' });
});

describe('what is not taken', () => {
  test.each([
    ['too many', { status: 429, retryAfter: '7' }, { mayPass: true, retryAfterMs: 7000 }],
    ['too many, without saying how long', { status: 429 }, { mayPass: true }],
    ['too many, in no seconds', { status: 429, retryAfter: 'soon' }, { mayPass: true }],
    ['it is down', { status: 503 }, { mayPass: true }],
    ['it says so itself', { status: 200, body: '{"ok":false,"error":"ratelimited"}' }, { mayPass: true }],
    ['never', { status: 200, body: '{"ok":false,"error":"channel_not_found"}' }, { mayPass: false }],
    ['never, in words of its own', { status: 200, body: '{"ok":false,"error":"<x> secret"}' }, { mayPass: false }],
    ['no JSON', { status: 200, body: '<html>' }, { mayPass: true }],
    ['endless', { status: 200, body: `{"ok":true,"x":"${'x'.repeat(300_000)}"}` }, { mayPass: true }],
    ['which message it is', { status: 200, body: '{"ok":true}' }, { mayPass: false }],
  ])('%s', async (_why, failure, expected) => {
    slack.failNext(failure);
    const error = await faultOf(chat.post(APPROVALS, CARD));
    expect(error).toMatchObject({ name: 'ChatError', retryAfterMs: undefined, ...expected });
    expect(String(error)).not.toContain('secret');
  });

  test('a redirect is not followed', async () => {
    slack.failNext({ status: 302 });
    expect(await faultOf(chat.post(APPROVALS, CARD))).toMatchObject({ mayPass: true });
  });

  test('a token that is not ours stands in no error', async () => {
    const error = await faultOf(clientOf('xoxb-other').post(APPROVALS, CARD));
    expect(String(error)).toContain('invalid_auth');
    expect(JSON.stringify(error)).not.toContain('xoxb');
  });

  test('nobody there', async () => {
    const nowhere = slackClient({
      ...{ origin: 'https://hatcheck.example.com', teamId: 'T', endpoint: 'http://127.0.0.1:9' },
      token: () => Promise.resolve('x'),
    });
    expect(await faultOf(nowhere.post(APPROVALS, CARD))).toMatchObject({ mayPass: true });
  });
});
