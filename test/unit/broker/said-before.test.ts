import { describe, expect, test } from '@jest/globals';
import { type Act, decideRequest } from '../../../lib/broker/decide-request.ts';
import { approver, engineer, entitlement, policy, security, stage } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, patient } from '../../support/memory.ts';
import { asked, codeOf, eventsOf, granted, typesOf } from './story.ts';

const staged = { stages: [stage('sre-leads')], withinSeconds: 600 };
const extended = entitlement({ extension: { maxTotalSeconds: 7200, approval: staged } });
const byRule = entitlement({ extension: { maxTotalSeconds: 7200, approval: 'auto' } });
const glass = entitlement({
  breakGlass: {
    ...{ requesters: { groups: ['okta:sre'] }, reviewers: { groups: ['okta:security'] }, notify: [] },
    ...{ maxDurationSeconds: 3600, issuesPerHour: 6, reviewWithinSeconds: 86_400 },
  },
});

const more: Act = { type: 'extend', durationSeconds: 600, justification: 'the queue is still stuck' };
const yes: Act = { type: 'approve', comment: 'go on' };

const say = (desk: MemoryDesk, requestId: string, principal: typeof engineer, act: Act, idempotencyKey = 'key-1') =>
  decideRequest(desk, { requestId, principal, channel: 'portal', act, idempotencyKey, patience: patient });

describe('what is sent again because its answer was lost', () => {
  test('a yes is no yes to the extension that was asked for meanwhile', async () => {
    const desk = memoryDesk({ policy: policy([extended]) });
    const id = await asked(desk);
    await say(desk, id, approver, yes);
    await say(desk, id, engineer, more);
    const after = await say(desk, id, approver, yes);
    expect(after.extension?.approvals).toStrictEqual([]);
    expect(await typesOf(desk, id)).toEqual(['request.submitted', 'request.approved', 'request.extension_requested']);
    // With a key of its own it is about what is pending now.
    await say(desk, id, approver, yes, 'key-2');
    expect((await typesOf(desk, id)).at(-1)).toBe('request.approved');
  });

  test('a no to one extension is no no to the next', async () => {
    const desk = memoryDesk({ policy: policy([extended]) });
    const id = await granted(desk);
    const no: Act = { type: 'deny', reason: 'enough' };
    await say(desk, id, engineer, more);
    await say(desk, id, approver, no);
    await say(desk, id, engineer, more, 'key-2');
    expect((await say(desk, id, approver, no)).extension?.closed).toBeUndefined();
  });

  test('an extension by rule extends once', async () => {
    const desk = memoryDesk({ policy: policy([byRule]) });
    const id = await granted(desk);
    await say(desk, id, engineer, more);
    expect((await say(desk, id, engineer, more)).extendedSeconds).toBe(600);
    expect((await say(desk, id, engineer, more, 'key-2')).extendedSeconds).toBe(1200);
  });

  test('an extension by rule extends once, also when both are sent at once', async () => {
    const desk = memoryDesk({ policy: policy([byRule]) });
    const id = await granted(desk);
    const both = await Promise.all([say(desk, id, engineer, more), say(desk, id, engineer, more)]);
    expect(both.map(({ extendedSeconds }) => extendedSeconds)).toEqual([600, 600]);
    expect(await eventsOf(desk, id)).toHaveLength(3);
  });

  test.each<[string, Act]>([
    ['a taking back', { type: 'cancel' }],
    ['an end', { type: 'end' }],
  ])('%s is answered as the first time, not by wrong_status', async (_what, act) => {
    const desk = memoryDesk();
    const id = act.type === 'cancel' ? await asked(desk) : await granted(desk);
    const first = await say(desk, id, engineer, act);
    expect(await say(desk, id, engineer, act)).toEqual(first);
    expect(await codeOf(say(desk, id, engineer, act, 'key-2'))).toBe('wrong_status');
  });

  test('a revoke is answered as the first time', async () => {
    const desk = memoryDesk();
    const id = await granted(desk);
    const revoke: Act = { type: 'revoke', reason: 'it is over' };
    const first = await say(desk, id, security, revoke);
    expect(await say(desk, id, security, revoke)).toEqual(first);
  });

  test('a review is answered as the first time, and another verdict is no such review', async () => {
    const desk = memoryDesk({ policy: policy([glass]) });
    const id = await asked(desk, { breakGlass: true });
    const review = (verdict: 'justified' | 'unjustified'): Act => ({ type: 'review', verdict, comment: 'I looked' });
    const first = await say(desk, id, security, review('justified'));
    expect(await say(desk, id, security, review('justified'))).toEqual(first);
    expect(await codeOf(say(desk, id, security, review('unjustified')))).toBe('idempotency_conflict');
  });
});

describe('another body under the same key', () => {
  test.each<[string, Act]>([
    ['another comment', { ...yes, comment: 'go on then' }],
    ['no comment', { type: 'approve' }],
    ['less time', { ...yes, durationSeconds: 60 }],
    ['a later start', { ...yes, startAt: '2026-03-02T13:00:00.000Z' }],
  ])('is a conflict, and nothing is written: %s', async (_what, act) => {
    const desk = memoryDesk();
    const id = await asked(desk);
    await say(desk, id, approver, yes);
    expect(await codeOf(say(desk, id, approver, act))).toBe('idempotency_conflict');
    expect(await eventsOf(desk, id)).toHaveLength(2);
  });

  test('is a conflict, too, of what was asked for with more time', async () => {
    const desk = memoryDesk({ policy: policy([extended]) });
    const id = await granted(desk);
    await say(desk, id, engineer, more);
    for (const other of [
      { ...more, justification: 'another reason' },
      { ...more, durationSeconds: 601 },
    ])
      expect(await codeOf(say(desk, id, engineer, other))).toBe('idempotency_conflict');
    expect(await eventsOf(desk, id)).toHaveLength(3);
  });

  test('says what it should have said where the first was all of that', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    const act: Act = { ...yes, durationSeconds: 600, startAt: '2026-03-02T13:00:00.000Z' };
    const first = await say(desk, id, approver, act);
    expect(await say(desk, id, approver, act)).toEqual(first);
  });
});

describe('attack: the key of somebody else', () => {
  test('says nothing in their name, and tells nothing', async () => {
    const desk = memoryDesk();
    const id = await asked(desk);
    await say(desk, id, approver, yes);
    expect(await codeOf(say(desk, id, security, yes))).toBe('not_an_approver');
    const [, event] = await eventsOf(desk, id);
    expect(event?.key).toMatch(/^[\w-]{43}$/);
    expect(event?.key).not.toContain('key-1');
  });

  test('is another key for another act, and on another request', async () => {
    const desk = memoryDesk({ policy: policy([extended]) });
    const [first, second] = [await asked(desk), await asked(desk)];
    await say(desk, first, approver, { type: 'approve' });
    await say(desk, second, approver, { type: 'approve' });
    await say(desk, first, approver, { type: 'revoke', reason: 'it is over' });
    const keys = [...(await eventsOf(desk, first)), ...(await eventsOf(desk, second))].flatMap(({ key }) => key ?? []);
    expect(new Set(keys).size).toBe(3);
  });
});
