import { beforeEach, expect, test } from '@jest/globals';
import { endSession } from '../../../lib/identity/end-session.ts';
import { endOtherSessions } from '../../../lib/identity/own-sessions.ts';
import { openFamily } from '../../../lib/identity/oauth/family.ts';
import type { Session } from '../../../lib/identity/ports.ts';
import { openSession } from '../../../lib/identity/sessions.ts';
import { approver, engineer, noon } from '../../support/builders.ts';
import { type MemoryIdentity, memoryIdentity } from './memory.ts';

const COUNT = 100;

let identity: MemoryIdentity;
let mine: Session;
let lists: number;
let together: number;
let mostTogether: number;

const counting = async (work: Promise<void>): Promise<void> => {
  together += 1;
  mostTogether = Math.max(mostTogether, together);
  await work;
  await Promise.resolve();
  together -= 1;
};

/** The table, as it is asked. */
const parts = (): MemoryIdentity => ({
  ...identity,
  sessions: {
    ...identity.sessions,
    list: (handle) => {
      lists += 1;
      return identity.sessions.list(handle);
    },
    remove: (handle, hash) => counting(identity.sessions.remove(handle, hash)),
  },
});

beforeEach(async () => {
  [lists, together, mostTogether] = [0, 0, 0];
  identity = memoryIdentity([]);
  ({ session: mine } = await openSession(identity, engineer, 'cookie'));
  await openSession(identity, approver, 'bearer');
  for (let count = 0; count < COUNT; count += 1) {
    await openSession(identity, engineer, 'bearer');
    const family = await openFamily(identity, { principal: engineer }, noon(3600));
    await openSession(identity, engineer, 'bearer', { family });
  }
});

test('a hundred command lines and jobs end in a few looks at the table, and not all at once', async () => {
  await endOtherSessions(parts(), mine);
  expect(lists).toBe(2);
  expect(mostTogether).toBeGreaterThan(1);
  expect(mostTogether).toBeLessThanOrEqual(16);
  expect([...identity.stored.sessions.values()].map(({ principal }) => principal.handle)).toEqual([
    engineer.handle,
    approver.handle,
  ]);
  expect(await identity.families.list(engineer.handle)).toStrictEqual([]);
});

test('each is recorded, as what it was', async () => {
  await endOtherSessions(parts(), mine);
  const ended = identity.stored.events.map(({ event }) => event);
  expect(ended).toHaveLength(2 * COUNT);
  expect(new Set(ended.map((event) => JSON.stringify([event.type, event.actor, event.data])))).toEqual(
    new Set([
      JSON.stringify([
        'signin.ended',
        { kind: 'person', handle: engineer.handle },
        { via: 'bearer', reason: 'removed' },
      ]),
    ]),
  );
});

test('where there is no other, nothing is asked for twice', async () => {
  await endOtherSessions(parts(), mine);
  lists = 0;
  await endOtherSessions(parts(), mine);
  expect(lists).toBe(1);
});

test('what ends is removed, and nothing else is touched', async () => {
  const family = await openFamily(identity, { principal: engineer }, noon(3600));
  const { session } = await openSession(identity, engineer, 'bearer', { family });
  const removed: string[] = [];
  const recording: MemoryIdentity = {
    ...parts(),
    sessions: { ...parts().sessions, remove: (_handle, hash) => Promise.resolve(void removed.push(`session ${hash}`)) },
    families: { ...identity.families, remove: (_handle, id) => Promise.resolve(void removed.push(`family ${id}`)) },
  };
  await endSession(recording, mine, 'signed_out');
  expect([removed, lists]).toEqual([[`session ${mine.tokenHash}`], 0]);
  removed.length = 0;
  await endSession(recording, session, 'signed_out');
  expect([removed, lists]).toEqual([[`family ${family}`, `session ${session.tokenHash}`], 1]);
});
