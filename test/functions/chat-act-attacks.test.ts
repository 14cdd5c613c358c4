import { describe, expect, test } from '@jest/globals';
import { dynamoChatLinks } from '../../lib/aws/chat-links.ts';
import { dynamoSessions } from '../../lib/aws/sessions.ts';
import {
  accountOf,
  begun,
  broker,
  calls,
  identity,
  log,
  metrics,
  person,
  platform,
  say,
  titles,
  told,
  typesOf,
} from './chat-acts-scene.ts';

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
    platform.guests = ['lea'];
    await say('lea', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['lea: Not for guests']]);
    await say('lea', { type: 'deny', requestId, reason: 'Not today.' });
    expect(await typesOf(requestId)).toEqual(['request.denied']);
  });

  test('the requester, through the account that is linked to them', async () => {
    const requestId = await begun();
    await say('erin', { type: 'approve', requestId });
    expect([await typesOf(requestId), titles()]).toEqual([[], ['erin: Own request']]);
    expect(metrics.documents()).toMatchObject([{ Code: 'self_approval', Refusals: [1] }]);
  });

  test('who may not read it: to them it does not exist', async () => {
    const requestId = await begun();
    await say('mallory', { type: 'approve', requestId });
    await say('lea', { type: 'approve', requestId: `r_${'A'.repeat(26)}` });
    expect(await typesOf(requestId)).toStrictEqual([]);
    expect(new Set(told.map(({ card }) => `${card.title} ${card.notes?.join(' ') ?? ''}`)).size).toBe(1);
  });

  test('a press where the portal is asked for, or a sign-in that chat cannot prove', async () => {
    for (const entitlementId of ['by-portal', 'with-mfa', 'fresh']) {
      const requestId = await begun(entitlementId);
      await say('lea', { type: 'approve', requestId });
      expect(await typesOf(requestId)).toStrictEqual([]);
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
