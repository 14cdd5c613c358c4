import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Card, Chat } from '../../../../lib/chatops/port.ts';
import { type TeamsClientOptions, teamsClient } from '../../../../lib/chatops/teams/client.ts';
import { memoryClock } from '../../../support/memory.ts';
import { APPROVALS, TENANT, type TestTenant, personIn, startTenant, textsOf } from '../../../support/teams-tenant.ts';

const CARD: Card = { title: '<at>Erin</at> asks: **it**', facts: [{ label: 'Why', text: 'x' }], actions: [] };
const NOW = '2026-11-22T12:00:00.000Z';

const account = (name: string) => ({ platform: 'teams' as const, workspace: TENANT.tenantId, user: personIn(name) });

let teams: TestTenant;
let chat: Chat;
let clock = memoryClock(NOW);
const clientOf = (change: Partial<TeamsClientOptions> = {}): Chat =>
  teamsClient({
    ...{ ...TENANT, origin: 'https://hatcheck.example.com', standIn: teams.origin, clock },
    password: () => Promise.resolve(teams.password),
    ...change,
  });

beforeAll(async () => {
  teams = await startTenant();
});
afterAll(() => teams.close());
beforeEach(() => {
  teams.forget();
  clock = memoryClock(NOW);
  chat = clientOf();
});

const faultOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

test('a message is posted, changed where it stands, and answered in its thread, a call each', async () => {
  const ref = await chat.post(APPROVALS, CARD);
  expect(ref).toMatchObject({ platform: 'teams', workspace: TENANT.tenantId, serviceUrl: `${teams.origin}/teams` });
  await chat.update(ref, { ...CARD, title: 'Denied' });
  const below = await chat.post(APPROVALS, CARD, ref);
  const [first, second] = teams.messages;
  expect(first && [textsOf(first)[0], first.edits]).toEqual(['Denied', 1]);
  expect([second?.conversation, second?.id]).toEqual([ref.channel, below.message]);
  expect(teams.calls).toEqual(['POST conversations', 'PUT activities', 'POST activities']);
});

test('what notifications say has no markup and no mention in it', async () => {
  await chat.post(APPROVALS, CARD);
  expect(teams.messages[0]?.summary).toBe(' at Erin /at  asks:   it  ');
});

test('a message to one person stands in their conversation with the bot, an answer too', async () => {
  const to = { account: account('engineer'), place: { channel: APPROVALS } };
  expect(await chat.direct(to.account, CARD)).toMatchObject({ channel: `a:${personIn('engineer')}` });
  await chat.whisper(to, CARD);
  expect(await chat.openForm(to, '1', { entitlements: [] }).catch(() => 'refused')).toBe('refused');
  const entitlements = [{ id: 'a', title: 'A', maxDurationSeconds: 3600, ticketRequired: false }];
  expect(await chat.openForm(to, '1', { entitlements })).toBe('opened');
  expect(new Set(teams.messages.map(({ conversation }) => conversation))).toEqual(
    new Set([`a:${personIn('engineer')}`]),
  );
});

test('what somebody holds is one message', async () => {
  await chat.home(account('engineer'), [CARD, { ...CARD, title: 'Another' }]);
  await chat.home(account('engineer'), []);
  expect(teams.messages.map(({ cards }) => cards.length)).toEqual([2]);
});

describe('whether somebody is a full member of ours', () => {
  test.each([
    ['engineer', true],
    ['guest', false],
    ['stranger', false],
    ['nobody', false],
  ])('%s: %s', async (name, isMember) => {
    const place = { channel: `${APPROVALS};messageid=1`, replyTo: `${teams.origin}/teams` };
    expect(await chat.isMember({ account: account(name), place })).toBe(isMember);
    expect(teams.calls).toEqual(['GET members']);
  });

  test('nobody is, where it is not known where they spoke', async () => {
    expect(await chat.isMember({ account: account('engineer'), place: {} })).toBe(false);
    expect(teams.calls).toStrictEqual([]);
  });

  test.each<[string, object]>([
    ['a role that is not said', { userRole: undefined }],
    ['a guest who is called a user', { userPrincipalName: 'alice_elsewhere.example#EXT#@example.com' }],
    ['a name that is not said', { userPrincipalName: undefined }],
    ['somebody else', { objectId: personIn('approver') }],
    ['a tenant that is not said', { tenantId: undefined }],
  ])('attack: %s', async (_attack, change) => {
    const one = { objectId: personIn('engineer'), tenantId: TENANT.tenantId, userRole: 'user' };
    const body = JSON.stringify({ ...one, userPrincipalName: 'engineer@example.com', ...change });
    teams.failNext({ status: 200, body });
    const place = { channel: APPROVALS };
    expect(await chat.isMember({ account: account('engineer'), place })).toBe(false);
  });
});

describe('attack: the token goes nowhere', () => {
  const foreign = 'https://evil.example/teams';

  test('where a remembered message says that it is elsewhere', async () => {
    const ref = await chat.post(APPROVALS, CARD);
    await chat.update({ ...ref, serviceUrl: foreign }, { ...CARD, title: 'Denied' });
    expect(teams.messages[0]?.edits).toBe(1);
  });

  test('where an act says to answer elsewhere', async () => {
    const place = { channel: APPROVALS, replyTo: foreign };
    expect(await chat.isMember({ account: account('engineer'), place })).toBe(true);
  });

  test('a path is one part of an address, whatever is in it', async () => {
    const ref = await chat.post(APPROVALS, CARD);
    expect(await faultOf(chat.update({ ...ref, message: '../../v3/teams' }, CARD))).toMatchObject({ mayPass: false });
    expect(await faultOf(chat.update({ ...ref, channel: '../19:security@thread.tacv2' }, CARD))).toMatchObject({
      mayPass: false,
    });
  });
});

describe('what the bot speaks with', () => {
  test('is asked for once an hour, and by one call at a time', async () => {
    await Promise.all([chat.post(APPROVALS, CARD), chat.post(APPROVALS, CARD)]);
    clock.advance(3298);
    await chat.post(APPROVALS, CARD);
    expect(teams.others).toEqual(['token']);
    clock.advance(2);
    await chat.post(APPROVALS, CARD);
    expect(teams.others).toEqual(['token', 'token']);
  });

  test('is asked for anew where it ended early', async () => {
    await chat.post(APPROVALS, CARD);
    teams.endTokens();
    expect(await faultOf(chat.post(APPROVALS, CARD))).toMatchObject({ name: 'ChatError', mayPass: true });
    await chat.post(APPROVALS, CARD);
    expect(teams.messages).toHaveLength(2);
  });

  test('is refused to a wrong secret for good, and asked for again', async () => {
    let secret = 'wrong';
    const other = clientOf({ password: () => Promise.resolve(secret) });
    expect(await faultOf(other.post(APPROVALS, CARD))).toMatchObject({ name: 'ChatError', mayPass: false });
    secret = teams.password;
    await other.post(APPROVALS, CARD);
    expect(teams.messages).toHaveLength(1);
  });
});

describe('what is not taken', () => {
  test.each([
    ['too many at once', { status: 429, retryAfter: '7' }, { mayPass: true, retryAfterMs: 7000 }],
    ['an answer that asks to come again', { status: 412 }, { mayPass: true }],
    ['a connector that is down', { status: 503, retryAfter: 'soon' }, { mayPass: true }],
    ['a bot that somebody blocked', { status: 403, body: '{"message":"MessageWritesBlocked"}' }, { mayPass: false }],
    ['an answer that is none', { status: 200, body: '<html>' }, { mayPass: true }],
    [
      'an answer that is too large',
      { status: 200, body: JSON.stringify({ id: 'x'.repeat(300_000) }) },
      { mayPass: true },
    ],
    ['a channel that is not there', { status: 404 }, { mayPass: false }],
    ['a redirect', { status: 302 }, { mayPass: true }],
  ])('%s', async (_what, failure, expected) => {
    await chat.post(APPROVALS, CARD);
    teams.failNext(failure);
    expect(await faultOf(chat.post(APPROVALS, CARD))).toMatchObject({
      ...{ name: 'ChatError', retryAfterMs: undefined },
      ...expected,
    });
  });

  test('says nothing of what was said, nor of the token', async () => {
    await chat.post(APPROVALS, CARD);
    teams.failNext({ status: 400, body: 'Erin' });
    expect(String(await faultOf(chat.post(APPROVALS, CARD)))).toBe('ChatError: a message in a channel: 400');
  });
});
