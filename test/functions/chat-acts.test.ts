import { describe, expect, test } from '@jest/globals';
import { ChatError } from '../../lib/chatops/port.ts';
import {
  actBy,
  begun,
  broker,
  calls,
  erin,
  eventsOf,
  forms,
  handles,
  homes,
  log,
  loseIdentities,
  person,
  platform,
  receive,
  say,
  send,
  titles,
  told,
  typesOf,
} from './chat-acts-scene.ts';

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

  test('takes a grant away, with a reason, whatever of it was seen, and without being asked whether they are a member', async () => {
    const requestId = await begun();
    await say('lea', { type: 'approve', requestId, seq: 0 });
    calls.splice(0);
    await say('mallory', { type: 'revoke', requestId, reason: 'Mine now.' });
    await say('lea', { type: 'revoke', requestId, reason: '' });
    expect(titles()).toEqual(['mallory: Not found', 'lea: Invalid input']);
    await say('lea', { type: 'revoke', requestId, seq: 0, reason: 'Seen enough.' });
    expect(await typesOf(requestId)).toEqual(['request.approved', 'request.revoked']);
    expect(calls).not.toContain('isMember');
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
    platform.opening = 'too_late';
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
    expect(told).toStrictEqual([]);
  });

  test('shows whom nobody linked, or who signed out, what to do first', async () => {
    await say('stranger', { type: 'home' }, { place: {} });
    expect(homes.map(({ cards }) => cards[0]?.title)).toEqual(['Nobody knows yet who you are']);
    expect(told).toStrictEqual([]);
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
    expect(waiting).toStrictEqual([]);
    const events = (await eventsOf(requestId)).slice(1);
    expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => 'request.approved'));
    expect(new Set(events.map(({ actor }) => actor.handle))).toEqual(new Set(names.map((name) => handles.get(name))));
    const { json } = await broker.call(erin, 'GET', `/v1/requests/${requestId}`);
    expect(json.request).toMatchObject({ status: 'approved', approvalsNeeded: 0 });
    // One look each at who pressed; the message is on-notice's.
    expect(calls.filter((call) => call !== 'whisper').length).toBe(calls.filter((call) => call === 'isMember').length);
  });

  test('half of them yes, half of them no, end it once', async () => {
    const requestId = await begun();
    const acts = Array.from({ length: 10 }, (_, index) =>
      actBy('lea', index % 2 ? { type: 'approve', requestId } : { type: 'deny', requestId, reason: 'Not today.' }),
    );
    await Promise.all(acts.map((act) => send(act)));
    expect(await typesOf(requestId)).toHaveLength(1);
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
    platform.failing = new ChatError('chat.postEphemeral: channel_not_found', { mayPass: false });
    expect(await say('stranger', { type: 'list' })).toBe(0);
    expect(log.lines()).toHaveLength(1);
  });

  test('what the platform may take later, and not what it never will', async () => {
    for (const mayPass of [true, false]) {
      platform.failing = new ChatError('users.info', { mayPass });
      expect(await say('U0NEW', { type: 'link' })).toBe(mayPass ? 1 : 0);
    }
  });

  test('until the fifth time, when whoever acted hears that nothing was done', async () => {
    loseIdentities();
    const act = actBy('lea', { type: 'approve', requestId: `r_${'A'.repeat(26)}` });
    expect([await receive([act], 4), titles()]).toEqual([1, []]);
    expect([await receive([act], 5), titles()]).toEqual([1, ['lea: Too late']]);
  });

  test('what the ledger could not be asked', async () => {
    loseIdentities();
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
    platform.guests = ['U0GUEST'];
    await say('U0GUEST', { type: 'link' });
    expect(titles()).toEqual(['U0GUEST: Not for guests']);
  });
});
