import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/on-chat-act.ts';
import { dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoDbClient } from '../../lib/aws/clients.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { ChatAct, ChatSaying } from '../../lib/chatops/act.ts';
import { type AskForm, type Card, type Chat, ChatError } from '../../lib/chatops/port.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { testConfig, testEntitlement } from '../support/config.ts';
import { recordingLogger } from '../support/logger.ts';

let broker: TestBroker;
let worker: ReturnType<typeof create>;
let log: ReturnType<typeof recordingLogger>;
let homes: { readonly user: string; readonly cards: readonly Card[] }[];
let told: { readonly user: string; readonly card: Card }[];
let forms: AskForm[];
let calls: string[];
let guests: string[];
let opening: 'opened' | 'too_late';
let failing: ChatError | undefined;
const handles = new Map<string, string>();

/** A platform that writes down what it is asked. */
const chat: Chat = {
  platform: 'slack',
  commands: { ask: '/hatcheck', list: '/hatcheck mine', link: '/hatcheck link' },
  post: () => Promise.reject(new TypeError('nobody posts')),
  direct: () => Promise.reject(new TypeError('nobody is written to')),
  update: () => Promise.reject(new TypeError('on-notice updates')),
  home: ({ user }, cards) => {
    homes.push({ user, cards });
    return Promise.resolve();
  },
  whisper: ({ account }, card) => {
    calls.push('whisper');
    if (failing) return Promise.reject(failing);
    told.push({ user: account.user, card });
    return Promise.resolve();
  },
  openForm: (_to, _trigger, form) => {
    calls.push('openForm');
    forms.push(form);
    return Promise.resolve(opening);
  },
  isMember: ({ account: { user } }) => {
    calls.push('isMember');
    return failing ? Promise.reject(failing) : Promise.resolve(!guests.includes(user));
  },
};

const accountOf = (user: string) => ({ platform: 'slack' as const, workspace: 'T0OURS', user });
const identity = () => {
  const client = dynamoDbClient({ region: broker.config.region, endpoint: broker.aws.endpoint });
  return { client, table: broker.config.tables.identity, clock: broker.clock };
};

/** Somebody who is signed in in the portal, and whose account in chat is linked. */
const person = async (name: string, groups: readonly string[]): Promise<string> => {
  const token = await broker.signIn(name, groups);
  const handle = token.split('.')[0] ?? '';
  handles.set(name, handle);
  await dynamoChatLinks(identity()).put({ account: accountOf(name), handle, at: broker.clock.now() });
  return token;
};

const lead = { from: { groups: ['local-oidc:sre-leads'] }, count: 1 };
const admin = (id: string, more: object = {}) =>
  testEntitlement({
    ...{ id, roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin', requesters: { groups: ['local-oidc:sre'] } },
    ...{ approval: { stages: [lead], withinSeconds: 3600 }, maxDurationSeconds: 3600, ...more },
  });

let erin: string;

beforeAll(async () => {
  const { policy } = testConfig();
  const entitlements = [
    ...policy.entitlements.values(),
    admin('five', { approval: { stages: [{ ...lead, count: 5 }], withinSeconds: 3600 } }),
    admin('by-portal', { approverRequires: { mfa: false, channel: 'portal' } }),
    admin('with-mfa', { approverRequires: { mfa: true } }),
    admin('fresh', { approverRequires: { mfa: false, authenticatedWithinSeconds: 900 } }),
  ];
  broker = await startBroker({
    policy: { ...policy, entitlements: new Map(entitlements.map((each) => [each.id, each])) },
  });
  erin = await person('erin', ['sre', 'sre-leads']);
  await person('lea', ['sre-leads']);
  await person('mallory', ['engineering']);
});
afterAll(() => broker.close());

beforeEach(() => {
  [told, homes, forms, calls, guests, opening, failing] = [[], [], [], [], [], 'opened', undefined];
  log = recordingLogger();
  worker = create(broker.config, { clock: broker.clock, chance: systemChance, logger: log.logger }, [chat]);
});

const idOf = (text: string): string => createHash('sha256').update(text).digest('base64url');
const actBy = (user: string, saying: ChatSaying, more: Partial<ChatAct> = {}): ChatAct => ({
  ...{ id: idOf(randomUUID()), at: broker.clock.now(), account: accountOf(user), place: { channel: 'C0SRE' }, saying },
  ...more,
});
const receive = async (acts: readonly (ChatAct | string)[], receives = 1): Promise<number> => {
  const Records = acts.map((act, index) => ({
    ...{ messageId: String(index), body: typeof act === 'string' ? act : JSON.stringify(act) },
    attributes: { ApproximateReceiveCount: String(receives) },
  }));
  return (await worker({ Records })).batchItemFailures.length;
};
const send = (...acts: readonly (ChatAct | string)[]): Promise<number> => receive(acts);
const say = (user: string, saying: ChatSaying, more: Partial<ChatAct> = {}) => send(actBy(user, saying, more));

const begun = async (entitlementId = 'prod-admin'): Promise<string> => {
  const body = { entitlementId, justification: 'The queue is stuck.', durationSeconds: 600, ticket: 'OPS-1' };
  const { ticket, ...without } = body;
  const reply = await broker.call(
    erin,
    'POST',
    '/v1/requests',
    entitlementId === 'prod-admin' ? { ...without, ticket } : without,
  );
  return reply.json.request.id;
};
const eventsOf = (id: string): Promise<readonly StoredEvent[]> => broker.ledger.read(`request#${id}`);
const typesOf = async (id: string) => (await eventsOf(id)).slice(1).map(({ type }) => type);
const titles = () => told.map(({ user, card }) => `${user}: ${card.title}`);

describe('who is linked and signed in', () => {
  test('says yes in chat as in the portal; the message is for on-notice to change', async () => {
    const requestId = await begun();
    expect(await say('lea', { type: 'approve', requestId, seq: 0 })).toBe(0);
    const [, approved] = await eventsOf(requestId);
    expect(approved).toMatchObject({ type: 'request.approved', actor: { kind: 'person', handle: handles.get('lea') } });
    expect(calls).toEqual(['isMember']);
  });

  test('says no, with a reason', async () => {
    const requestId = await begun();
    await say('lea', { type: 'deny', requestId, reason: '' });
    expect(titles()).toEqual(['lea: Invalid input']);
    expect(told[0]?.card.notes?.join(' ')).toContain('/reason');
    await say('lea', { type: 'deny', requestId, reason: 'Not today.' });
    expect(await typesOf(requestId)).toEqual(['request.denied']);
  });

  test('asks, and asks once however often it is sent', async () => {
    const saying = {
      type: 'ask',
      entitlementId: 'prod-read',
      justification: 'The queue is stuck.',
      durationSeconds: 600,
    } as const;
    const act = actBy('mallory', saying);
    await send(act);
    await send(act);
    expect(titles()).toEqual(['mallory: Granted', 'mallory: Granted']);
    const paths = told.map(({ card }) => card.actions);
    expect(paths[0]).toEqual(paths[1]);
    await say('mallory', { ...saying, entitlementId: 'prod-admin' });
    await say('mallory', { ...saying, justification: 'turned \u202e round' });
    expect(titles().slice(2)).toEqual(['mallory: Not eligible', 'mallory: Invalid input']);
  });

  test('gets the form with what they are eligible for, and a button where it took too long', async () => {
    await say('mallory', { type: 'form', trigger: '1.2.a' });
    expect(forms.map(({ entitlements }) => entitlements.map(({ id }) => id))).toEqual([['prod-read']]);
    opening = 'too_late';
    await say('mallory', { type: 'form', trigger: '1.2.b' });
    expect(told).toMatchObject([{ card: { actions: [{ type: 'form' }] } }]);
    await say('lea', { type: 'form', trigger: '1.2.c' });
    expect(titles().at(-1)).toBe('lea: Nothing to ask for');
  });

  test('sees what they asked for', async () => {
    await begun('five');
    await say('erin', { type: 'list' });
    expect(told[0]?.card.facts[0]).toEqual({ label: 'five', text: 'pending' });
    await say('lea', { type: 'list' });
    expect(titles()[1]).toBe('lea: You have asked for nothing yet');
  });
});

describe('the home of the app', () => {
  test('shows whoever opened it what they hold and what waits, and whispers nothing', async () => {
    const requestId = await begun('five');
    expect(await say('erin', { type: 'home' }, { place: {} })).toBe(0);
    const [mine] = homes;
    expect([mine?.user, mine?.cards.slice(0, 2).map(({ title }) => title)]).toEqual([
      ...['erin', ['What you hold, and what waits', 'five']],
    ]);
    expect(homes[0]?.cards[1]?.actions).toMatchObject([{ path: `/requests/${requestId}` }]);
    await say('lea', { type: 'home' }, { place: {} });
    expect(homes[1]?.cards.map(({ title }) => title)).toEqual(['You hold no role']);
    expect(told).toEqual([]);
  });

  test('shows whom nobody linked, or who signed out, what to do first', async () => {
    await say('stranger', { type: 'home' }, { place: {} });
    expect(homes.map(({ cards }) => cards[0]?.title)).toEqual(['Nobody knows yet who you are']);
    expect(told).toEqual([]);
  });
});

describe('twenty presses by five people at once', () => {
  test('give one decision a person, and the outcome that five make', async () => {
    const names = ['ann', 'ben', 'cem', 'dan', 'eve'];
    for (const name of names) await person(name, ['sre-leads']);
    const requestId = await begun('five');
    const acts = names.flatMap((name) =>
      Array.from({ length: 4 }, () => actBy(name, { type: 'approve', requestId, seq: 0 })),
    );
    // As if the queue kept no order, and brought some of them twice; what was in each other's way too long it brings again.
    let waiting = [...acts, ...acts.slice(0, 5)];
    for (let times = 0; waiting.length > 0 && times < 5; times += 1) {
      const failures = await Promise.all(waiting.map((act) => send(act)));
      waiting = waiting.filter((_, index) => failures[index] !== 0);
    }
    expect(waiting).toEqual([]);
    const events = (await eventsOf(requestId)).slice(1);
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => 'request.approved'));
    expect(new Set(events.map(({ actor }) => actor.handle))).toEqual(new Set(names.map((name) => handles.get(name))));
    const { json } = await broker.call(erin, 'GET', `/v1/requests/${requestId}`);
    expect(json.request).toMatchObject({ status: 'approved', approvalsNeeded: 0 });
    // One look each at who pressed; the message is on-notice's.
    expect(calls.filter((call) => call !== 'whisper').length).toBe(calls.filter((call) => call === 'isMember').length);
  }, 30_000);

  test('half of them yes, half of them no, end it once', async () => {
    const requestId = await begun();
    const acts = Array.from({ length: 10 }, (_, index) =>
      actBy('lea', index % 2 ? { type: 'approve', requestId } : { type: 'deny', requestId, reason: 'Not today.' }),
    );
    await Promise.all(acts.map((act) => send(act)));
    expect(await typesOf(requestId)).toHaveLength(1);
  }, 30_000);
});

describe('attack: nothing is decided by', () => {
  test('somebody in chat whom nobody linked', async () => {
    const requestId = await begun();
    await say('stranger', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['stranger: Nobody knows yet who you are']]);
  });

  test('regression 17: an account of another workspace, though its id is that of one of ours', async () => {
    const requestId = await begun();
    await say('lea', { type: 'approve', requestId }, { account: { ...accountOf('lea'), workspace: 'T0THEIRS' } });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['lea: Nobody knows yet who you are']]);
  });

  test('regression 17: an account that calls itself as somebody else, or has their address', async () => {
    const requestId = await begun();
    await say('U0MALLORY', { type: 'approve', requestId }, { name: 'lea@example.com' });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['U0MALLORY: Nobody knows yet who you are']]);
  });

  test('somebody who has become a guest since their account was linked; a no of theirs counts', async () => {
    const requestId = await begun();
    guests = ['lea'];
    await say('lea', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['lea: Not for guests']]);
    await say('lea', { type: 'deny', requestId, reason: 'Not today.' });
    expect(await typesOf(requestId)).toEqual(['request.denied']);
  });

  test('the requester, through the account that is linked to them', async () => {
    const requestId = await begun();
    await say('erin', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['erin: Own request']]);
  });

  test('who may not read it: to them it does not exist', async () => {
    const requestId = await begun();
    await say('mallory', { type: 'approve', requestId });
    await say('lea', { type: 'approve', requestId: `r_${'A'.repeat(26)}` });
    expect(await typesOf(requestId)).toEqual([]);
    expect(new Set(told.map(({ card }) => `${card.title} ${card.notes?.join(' ') ?? ''}`)).size).toBe(1);
  });

  test('a press where the portal is asked for, or a sign-in that chat cannot prove', async () => {
    for (const entitlementId of ['by-portal', 'with-mfa', 'fresh']) {
      const requestId = await begun(entitlementId);
      await say('lea', { type: 'approve', requestId });
      expect(await typesOf(requestId)).toEqual([]);
      expect(told.at(-1)?.card).toMatchObject({
        title: 'Not in this way',
        actions: [{ type: 'open', path: `/requests/${requestId}` }],
      });
    }
  });

  test('who signed out everywhere in the portal', async () => {
    const token = await person('gone', ['sre-leads']);
    const requestId = await begun();
    const sessions = dynamoSessions(identity());
    for (const { tokenHash } of await sessions.list(token.split('.')[0] ?? ''))
      await sessions.remove(token.split('.')[0] ?? '', tokenHash);
    await say('gone', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['gone: Sign in in the portal first']]);
  });

  test('groups of yesterday: of several sessions the newest groups count', async () => {
    const requestId = await begun();
    const longAgo = new Date(Date.parse(broker.clock.now()) - 5 * 3_600_000).toISOString();
    const token = await broker.signIn('old', ['sre-leads'], { groupsAt: longAgo });
    await dynamoChatLinks(identity()).put({
      account: accountOf('old'),
      handle: token.split('.')[0] ?? '',
      at: longAgo,
    });
    await say('old', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['old: Stronger sign-in required']]);
    expect(JSON.stringify(told[0]?.card)).not.toContain('loginUrl');
    expect(told[0]?.card.actions).toMatchObject([
      { type: 'open', path: `/login?stepUp=fresh&returnTo=%2Frequests%2F${requestId}` },
    ]);
    await broker.signIn('old', ['engineering']);
    await say('old', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()[1]]).toEqual([[], 'old: Not found']);
  });

  test('a browser that was left open: its session is idle for the portal, and so for chat', async () => {
    const requestId = await begun();
    const token = await person('left', ['sre-leads']);
    const handle = token.split('.')[0] ?? '';
    const sessions = dynamoSessions(identity());
    const [session] = await sessions.list(handle);
    if (!session) throw new Error('nobody is signed in');
    await sessions.remove(handle, session.tokenHash);
    const at = (seconds: number) => new Date(Date.parse(broker.clock.now()) + seconds * 1000).toISOString();
    await sessions.put({ ...session, via: 'cookie', csrf: 'x', createdAt: at(-3600), expiresAt: at(3600) });
    await say('left', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['left: Sign in in the portal first']]);
    await sessions.markSeen(handle, { id: session.tokenHash, at: at(-3599) }, at(3600));
    await say('left', { type: 'approve', requestId });
    expect(await typesOf(requestId)).toEqual(['request.approved']);
  });

  test('what was pressed too long ago', async () => {
    const requestId = await begun();
    const at = new Date(Date.parse(broker.clock.now()) - 601_000).toISOString();
    expect(await say('lea', { type: 'approve', requestId }, { at })).toBe(0);
    expect([await typesOf(requestId), calls, log.lines().length]).toEqual([[], ['whisper'], 1]);
    expect(titles()).toEqual(['lea: Too late']);
  });

  test('what was shown before more time was asked for', async () => {
    const requestId = await begun();
    await say('lea', { type: 'approve', requestId, seq: 0 });
    await say('lea', { type: 'approve', requestId, seq: 0 });
    expect(await typesOf(requestId)).toEqual(['request.approved']);
  });
});

describe('what is told again', () => {
  test.each(['', '{}', '{"requestId":"r_A"}', JSON.stringify({ saying: { type: 'approve' } })])(
    'is what is none of ours: %j, so that somebody looks at it',
    async (body) => {
      expect(await send(body)).toBe(1);
    },
  );

  test('with all that comes after it', async () => {
    expect(await send(actBy('lea', { type: 'help' }), '', actBy('lea', { type: 'help' }))).toBe(2);
    expect(calls).toEqual(['whisper']);
  });

  test('a decision is not, when the answer to it is not taken', async () => {
    failing = new ChatError('chat.postEphemeral: channel_not_found', { mayPass: false });
    expect(await say('stranger', { type: 'list' })).toBe(0);
    expect(log.lines()).toHaveLength(1);
  });

  test('what the platform may take later, and not what it never will', async () => {
    for (const mayPass of [true, false]) {
      failing = new ChatError('users.info', { mayPass });
      expect(await say('U0NEW', { type: 'link' })).toBe(mayPass ? 1 : 0);
    }
  });

  test('until the fifth time, when whoever acted hears that nothing was done', async () => {
    const config = { ...broker.config, tables: { ...broker.config.tables, identity: 'none-of-these' } };
    worker = create(config, { clock: broker.clock, chance: systemChance, logger: log.logger }, [chat]);
    const act = actBy('lea', { type: 'approve', requestId: `r_${'A'.repeat(26)}` });
    expect([await receive([act], 4), titles()]).toEqual([1, []]);
    expect([await receive([act], 5), titles()]).toEqual([1, ['lea: Too late']]);
  });

  test('what the ledger could not be asked', async () => {
    const config = { ...broker.config, tables: { ...broker.config.tables, identity: 'none-of-these' } };
    worker = create(config, { clock: broker.clock, chance: systemChance, logger: log.logger }, [chat]);
    expect(await say('lea', { type: 'list' })).toBe(1);
  });
});

describe('a code to link by', () => {
  test('is whispered to a full member, five times in ten minutes at the most', async () => {
    for (let count = 0; count < 6; count += 1) await say('U0NEW', { type: 'link' });
    const codes = told.map(({ card }) => card.facts[0]?.text);
    expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => expect.stringMatching(/^[B-Z]{4}-[B-Z]{4}$/)));
    expect([new Set(codes).size, told.at(-1)?.card.title]).toEqual([6, 'Limit reached']);
  });

  test('attack: not to a guest, a bot or a stranger', async () => {
    guests = ['U0GUEST'];
    await say('U0GUEST', { type: 'link' });
    expect(titles()).toEqual(['U0GUEST: Not for guests']);
  });
});
