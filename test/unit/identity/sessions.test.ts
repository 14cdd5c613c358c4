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
  authenticate = authenticator({ sessions: { get }, clock: identity.clock });
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
    ['cookie', 8 * 3600],
    ['bearer', 900],
  ] as const)('of a %s lasts %i seconds, and not a moment longer', async (via, seconds) => {
    const { token, session } = await openSession(identity, engineer, via);
    expect(session).toMatchObject({ createdAt: noon(0), expiresAt: noon(seconds) });
    identity.clock.advance(seconds - 0.001);
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
    expect(asked).toEqual([]);
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
    expect(identity.stored.events).toEqual([]);
  });
});
