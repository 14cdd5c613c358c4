import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { signOut } from '../../../lib/identity/end-session.ts';
import { authenticator, openSession } from '../../../lib/identity/sessions.ts';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import { engineer, noon } from '../../support/builders.ts';
import { unavailable } from '../../support/memory.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from './memory.ts';

let identity: MemoryIdentity;
let authenticate: ReturnType<typeof authenticator>;
let asked: string[];

beforeEach(() => {
  identity = memoryIdentity([]);
  asked = [];
  const get: MemoryIdentity['sessions']['get'] = (handle, tokenHash) => {
    asked.push(handle);
    return identity.sessions.get(handle, tokenHash);
  };
  authenticate = authenticator({ sessions: { ...identity.sessions, get }, clock: identity.clock });
});

describe('a session', () => {
  test('is found again by its token, and by nothing that stands in the table', async () => {
    const { token, session } = await openSession(identity, engineer, 'bearer');
    await expect(authenticate({ via: 'bearer', token })).resolves.toEqual(session);
    expect(token).toMatch(/^p_[\w-]{43}\.[\w-]{43}$/);
    const secret = token.slice(46);
    expect(session.tokenHash).toBe(createHash('sha256').update(secret).digest('base64url'));
    expect(JSON.stringify([...identity.stored.sessions])).not.toContain(secret);
    const replayed = `${engineer.handle}.${session.tokenHash}`;
    await expect(codeOf(authenticate({ via: 'bearer', token: replayed }))).resolves.toBe('invalid_token');
  });

  test('has a form field in the browser only', async () => {
    const cookie = await openSession(identity, engineer, 'cookie');
    const bearer = await openSession(identity, engineer, 'bearer');
    expect(cookie.session.csrf).toMatch(/^[\w-]{22}$/);
    expect(bearer.session).not.toHaveProperty('csrf');
  });

  test('is not the same twice', async () => {
    const [one, two] = [
      await openSession(identity, engineer, 'cookie'),
      await openSession(identity, engineer, 'cookie'),
    ];
    expect(one.token).not.toBe(two.token);
    expect(one.session.csrf).not.toBe(two.session.csrf);
  });

  test.each([
    ['cookie', 12 * 3600],
    ['bearer', 900],
  ] as const)('of a %s lasts %i seconds, however much it is used, and not a moment longer', async (via, seconds) => {
    const { token, session } = await openSession(identity, engineer, via);
    expect(session).toMatchObject({ createdAt: noon(0), expiresAt: noon(seconds) });
    for (let left = seconds; left > 1800; left -= 1800) {
      identity.clock.advance(1800);
      await authenticate({ via, token });
    }
    identity.clock.advance(Math.min(seconds, 1800) - 0.001);
    await expect(codeOf(authenticate({ via, token }))).resolves.toBe('accepted');
    identity.clock.advance(0.001);
    await expect(codeOf(authenticate({ via, token }))).resolves.toBe('session_expired');
  });

  test('given out as a cookie is no bearer token, nor the other way round', async () => {
    const cookie = await openSession(identity, engineer, 'cookie');
    const bearer = await openSession(identity, engineer, 'bearer');
    await expect(codeOf(authenticate({ via: 'bearer', token: cookie.token }))).resolves.toBe('invalid_token');
    await expect(codeOf(authenticate({ via: 'cookie', token: bearer.token }))).resolves.toBe('not_signed_in');
  });

  test('is not given out when it could not be stored', async () => {
    const sessions = { put: () => Promise.reject(unavailable()) };
    await expect(codeOf(openSession({ ...identity, sessions }, engineer, 'cookie'))).resolves.toBe(
      'ledger_unavailable',
    );
  });
});

describe('a browser that nobody uses', () => {
  const open = async (via: 'cookie' | 'bearer' = 'cookie') => (await openSession(identity, engineer, via)).token;
  const ask = (token: string) => codeOf(authenticate({ via: 'cookie', token }));

  test('is signed out after an hour, to the millisecond', async () => {
    const [early, late] = [await open(), await open()];
    identity.clock.advance(3600 - 0.001);
    await expect(ask(early)).resolves.toBe('accepted');
    identity.clock.advance(0.001);
    await expect(ask(late)).resolves.toBe('session_expired');
    await expect(ask(early)).resolves.toBe('accepted');
    identity.clock.advance(3600 - 0.001);
    await expect(ask(early)).resolves.toBe('session_expired');
  });

  test('stays so: being asked again does not bring it back', async () => {
    const token = await open();
    identity.clock.advance(3600);
    for (let again = 0; again < 3; again += 1) await expect(ask(token)).resolves.toBe('session_expired');
    expect(identity.stored.seen.size).toBe(0);
  });

  test('one that is used is written down once a minute, and no more often', async () => {
    const token = await open();
    identity.clock.advance(59.999);
    await ask(token);
    expect(identity.stored.seen.size).toBe(0);
    identity.clock.advance(0.001);
    await ask(token);
    expect([...identity.stored.seen.values()]).toEqual([noon(60)]);
    identity.clock.advance(59.999);
    await ask(token);
    expect([...identity.stored.seen.values()]).toEqual([noon(60)]);
  });

  test('fails closed: while it cannot be read when it was used, nobody is let in', async () => {
    const token = await open();
    const lastSeen = () => Promise.reject(unavailable());
    authenticate = authenticator({ sessions: { ...identity.sessions, lastSeen }, clock: identity.clock });
    await expect(ask(token)).resolves.toBe('ledger_unavailable');
  });

  test('what cannot be written only makes it seem idle sooner', async () => {
    const token = await open();
    const markSeen = () => Promise.reject(unavailable());
    authenticate = authenticator({ sessions: { ...identity.sessions, markSeen }, clock: identity.clock });
    identity.clock.advance(1800);
    await expect(ask(token)).resolves.toBe('accepted');
    identity.clock.advance(1800);
    await expect(ask(token)).resolves.toBe('session_expired');
  });

  test('costs no trip: both reads go at once, and the write is waited for by whoever ends the call', async () => {
    const token = await open();
    identity.clock.advance(60);
    const order: string[] = [];
    const sessions: MemoryIdentity['sessions'] = {
      ...identity.sessions,
      get: async (...key) => {
        order.push('get');
        await Promise.resolve();
        order.push('got');
        return identity.sessions.get(...key);
      },
      lastSeen: (...key) => {
        order.push('last seen');
        return identity.sessions.lastSeen(...key);
      },
      markSeen: () => new Promise(() => undefined),
    };
    const later: unknown[] = [];
    const shown = { via: 'cookie', token } as const;
    await authenticator({ sessions, clock: identity.clock })(shown, (work) => later.push(work));
    expect(order).toEqual(['get', 'last seen', 'got']);
    expect(later).toHaveLength(1);
  });

  test('has nothing to do with bearer tokens, which are over sooner', async () => {
    const token = await open('bearer');
    identity.clock.advance(899);
    const lastSeen = () => Promise.reject(unavailable());
    authenticate = authenticator({ sessions: { ...identity.sessions, lastSeen }, clock: identity.clock });
    await expect(codeOf(authenticate({ via: 'bearer', token }))).resolves.toBe('accepted');
    expect(identity.stored.seen.size).toBe(0);
  });
});

describe('a token that is none', () => {
  const secret = 's'.repeat(43);
  test.each([
    '',
    '.',
    secret,
    engineer.handle,
    `${engineer.handle}.`,
    `${engineer.handle}.${secret}x`,
    `${engineer.handle}.${secret}\n`,
    `p_short.${secret}`,
    `${engineer.handle}.${secret}.${secret}`,
    `session#${engineer.handle}.${secret}`,
    'x'.repeat(100_000),
  ])('is refused without asking the table: %#', async (token) => {
    await expect(codeOf(authenticate({ via: 'bearer', token }))).resolves.toBe('invalid_token');
    await expect(codeOf(authenticate({ via: 'cookie', token }))).resolves.toBe('not_signed_in');
    expect(asked).toStrictEqual([]);
  });

  test('is refused when the table has none like it', async () => {
    await expect(codeOf(authenticate({ via: 'bearer', token: `${engineer.handle}.${secret}` }))).resolves.toBe(
      'invalid_token',
    );
    expect(asked).toEqual([engineer.handle]);
  });
});

describe('signing out', () => {
  test('ends the session that the caller shows, and no other', async () => {
    const [one, two] = [
      await openSession(identity, engineer, 'cookie'),
      await openSession(identity, engineer, 'cookie'),
    ];
    await signOut(identity, authenticate({ via: 'cookie', token: one.token }));
    await expect(codeOf(authenticate({ via: 'cookie', token: one.token }))).resolves.toBe('not_signed_in');
    await expect(codeOf(authenticate({ via: 'cookie', token: two.token }))).resolves.toBe('accepted');
  });

  test.each(['not_signed_in', 'session_expired', 'invalid_token'] as const)(
    'of nobody (%s) is no failure',
    async (code) => {
      const shown = Promise.reject(new HatcheckError(refuse(code, 'as the test says')));
      await expect(codeOf(signOut(identity, shown))).resolves.toBe('accepted');
    },
  );

  test('is not done while the table is away', async () => {
    await expect(codeOf(signOut(identity, Promise.reject(unavailable())))).resolves.toBe('ledger_unavailable');
    const { session } = await openSession(identity, engineer, 'cookie');
    const sessions = { ...identity.sessions, remove: () => Promise.reject(unavailable()) };
    const signedOut = signOut({ ...identity, sessions }, Promise.resolve(session));
    await expect(codeOf(signedOut)).resolves.toBe('ledger_unavailable');
    expect(identity.stored.events).toStrictEqual([]);
  });
});
