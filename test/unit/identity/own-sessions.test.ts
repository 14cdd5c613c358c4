import { beforeEach, describe, expect, test } from '@jest/globals';
import { openFamily } from '../../../lib/identity/oauth/family.ts';
import { endOtherSessions, endOwnSession, listSessions } from '../../../lib/identity/own-sessions.ts';
import { isSecret, openSession } from '../../../lib/identity/sessions.ts';
import { engineer, noon } from '../../support/builders.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from './memory.ts';

let identity: MemoryIdentity;

beforeEach(() => {
  identity = memoryIdentity([]);
});

const open = async (via: 'cookie' | 'bearer', family?: string) =>
  (await openSession(identity, engineer, via, { ...(family !== undefined && { family }) })).session;

const commandLine = async () => {
  const family = await openFamily(identity, { principal: engineer }, noon(12 * 3600));
  return { family, session: await open('bearer', family) };
};

describe('a person’s sessions', () => {
  test('are the newest first; a command line is one, whatever tokens it has', async () => {
    const browser = await open('cookie');
    identity.clock.advance(1);
    const { family, session } = await commandLine();
    await open('bearer', family);
    identity.clock.advance(1);
    const job = await open('bearer');
    const shown = await listSessions(identity, session);
    expect(shown).toStrictEqual([
      {
        ...{ id: `s_${job.tokenHash}`, via: 'bearer', createdAt: noon(2), expiresAt: noon(902), current: false },
        ...{ lastSeenAt: noon(2), method: 'token_exchange', methods: engineer.methods },
      },
      {
        ...{ id: `s_${family}`, via: 'bearer', createdAt: noon(1), expiresAt: noon(12 * 3600), current: true },
        ...{ lastSeenAt: noon(1), method: 'authorization_code', methods: engineer.methods, client: 'hatcheck-cli' },
      },
      {
        ...{ id: `s_${browser.tokenHash}`, via: 'cookie', createdAt: noon(0), expiresAt: noon(12 * 3600) },
        ...{ current: false, lastSeenAt: noon(0), method: 'browser', methods: engineer.methods },
      },
    ]);
  });

  test('are not more than two hundred, as they are shown', async () => {
    for (let count = 0; count < 201; count += 1) await open('bearer');
    const by = await open('bearer');
    await expect(listSessions(identity, by)).resolves.toHaveLength(200);
  });

  test('are those that are not over: a job by its time, a browser also when nobody used it', async () => {
    const by = await open('cookie');
    await openSession(identity, engineer, 'bearer', { endsAt: noon(899) });
    identity.clock.advance(899);
    await expect(listSessions(identity, by)).resolves.toHaveLength(1);
    identity.clock.advance(2701);
    await expect(listSessions(identity, by)).resolves.toStrictEqual([]);
  });

  test('are ended by their owner one by one, and each end is on record', async () => {
    const by = await open('cookie');
    const { family } = await commandLine();
    const other = await commandLine();
    await endOwnSession(identity, by, `s_${family}`);
    expect([...identity.stored.sessions.values()].map((session) => session.family)).toEqual([undefined, other.family]);
    await expect(codeOf(endOwnSession(identity, by, `s_${family}`))).resolves.toBe('not_found');
    expect(identity.stored.events.map(({ event }) => [event.type, event.data])).toEqual([
      ['signin.ended', { via: 'bearer', reason: 'removed' }],
    ]);
  });

  test('end all but the one that asks, be it a browser or a command line', async () => {
    const browser = await open('cookie');
    const one = await commandLine();
    await commandLine();
    await open('bearer');
    await endOtherSessions(identity, one.session);
    expect([...identity.stored.sessions.values()]).toEqual([one.session]);
    await expect(identity.families.list(engineer.handle)).resolves.toMatchObject([{ id: one.family }]);
    await endOtherSessions(identity, browser);
    expect(identity.stored.sessions.size).toBe(0);
  });
});

test('a session has no family that it is not of', async () => {
  expect(await open('bearer')).not.toHaveProperty('family');
});

test.each([
  ['s'.repeat(43), true],
  ['aZ09_-'.repeat(7).concat('s'), true],
  ['s'.repeat(42), false],
  ['s'.repeat(44), false],
  [`${'s'.repeat(43)}\n`, false],
  [` ${'s'.repeat(43)}`, false],
  [`${'s'.repeat(42)}=`, false],
  [undefined, false],
])('%j is a secret of ours: %j', (text, expected) => {
  expect(isSecret(text)).toBe(expected);
});
