import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { People, Texts } from '../../lib/broker/ports.ts';
import { hashText } from '../../lib/broker/text.ts';
import type { TextRef } from '../../lib/domain/event.ts';
import type { Principal } from '../../lib/domain/principal.ts';
import { plusSeconds } from '../../lib/domain/time.ts';
import type {
  Attempt,
  Attempts,
  Clock,
  Directory,
  ParkedSignIn,
  ParkedSignIns,
  ReplayGuard,
  SamlAttempt,
  SamlAttempts,
  Session,
  Sessions,
} from '../../lib/identity/ports.ts';

export interface IdentityUnderTest {
  readonly sessions: Sessions;
  readonly attempts: Attempts;
  readonly samlAttempts: SamlAttempts;
  readonly parkedSignIns: ParkedSignIns;
  readonly replayGuard: ReplayGuard;
  readonly directory: Directory & People;
  readonly texts: Texts;
  readonly close: () => Promise<void>;
}

const NOW = '2026-01-01T12:00:00.500Z';
const FIFTY = Array.from({ length: 50 });

const principal = (handle: string, changes: Partial<Principal> = {}): Principal => ({
  handle,
  issuer: 'https://idp.example.com',
  subject: `subject of ${handle}`,
  kind: 'person',
  displayName: 'Ann Engineer',
  email: 'engineer@example.com',
  groups: ['okta:sre'],
  groupsAt: NOW,
  authenticatedAt: NOW,
  methods: ['pwd', 'mfa'],
  ...changes,
});

const session = (handle: string, tokenHash: string, changes: Partial<Session> = {}): Session => ({
  principal: principal(handle),
  via: 'cookie',
  tokenHash,
  csrf: 'csrf',
  createdAt: NOW,
  expiresAt: plusSeconds(NOW, 900),
  ...changes,
});

const attempt = (stateHash: string, changes: Partial<Attempt> = {}): Attempt => ({
  stateHash,
  provider: 'okta',
  browserHash: 'browser',
  returnTo: '/',
  authenticatedSince: NOW,
  expiresAt: plusSeconds(NOW, 600),
  ...changes,
});

const samlAttempt = (requestHash: string): SamlAttempt => ({
  requestHash,
  provider: 'adfs',
  browserHash: 'browser',
  returnTo: '/',
  expiresAt: plusSeconds(NOW, 600),
});

const parked = (ticketHash: string): ParkedSignIn => {
  const { issuer, subject, kind, groups, groupsAt, authenticatedAt, methods } = principal('p_parked');
  return {
    ...{ ticketHash, provider: 'adfs', returnTo: '/', expiresAt: plusSeconds(NOW, 60) },
    principal: { issuer, subject, kind, groups, groupsAt, authenticatedAt, methods },
  };
};

const words = (id: string, text: string): { ref: TextRef; value: { salt: string; text: string } } => ({
  ref: { id, hash: hashText('salt', text) },
  value: { salt: 'salt', text },
});

/** What sign-in and the names rely on, whatever keeps it. */
export const identityContract = (name: string, make: (clock: Clock) => Promise<IdentityUnderTest>): void => {
  describe(`the identity store of ${name}`, () => {
    let store: IdentityUnderTest;
    let now = NOW;
    const wait = (seconds: number) => {
      now = plusSeconds(now, seconds);
    };

    beforeAll(async () => {
      store = await make({ now: () => now });
    });
    beforeEach(() => {
      now = NOW;
    });
    afterAll(() => store.close());

    describe('sessions', () => {
      test.each<[string, Session]>([
        ['of a browser', session('p_whole', 'h1')],
        ['of a workload, without what is not known', bare()],
      ])('a session %s comes back as it was', async (_what, one) => {
        await store.sessions.put(one);
        expect(await store.sessions.get(one.principal.handle, one.tokenHash)).toEqual(one);
      });

      test('a session is found by its own handle and hash only', async () => {
        await store.sessions.put(session('p_mine', 'mine'));
        expect(await store.sessions.get('p_mine', 'other')).toBeUndefined();
        expect(await store.sessions.get('p_other', 'mine')).toBeUndefined();
      });

      test('a removed session is gone, and removing it again is no error', async () => {
        await store.sessions.put(session('p_gone', 'h'));
        await store.sessions.remove('p_gone', 'h');
        await store.sessions.remove('p_gone', 'h');
        expect(await store.sessions.get('p_gone', 'h')).toBeUndefined();
      });

      test('all sessions of a principal are listed, and nobody else’s', async () => {
        const [one, two] = [session('p_listed', 'h1'), session('p_listed', 'h2', { via: 'bearer' })];
        for (const each of [one, two, session('p_listed2', 'h3')]) await store.sessions.put(each);
        const listed = await store.sessions.list('p_listed');
        expect(listed).toHaveLength(2);
        expect(listed).toEqual(expect.arrayContaining([one, two]));
      });

      test('an expired session says so itself for a while, and is then absent though not yet swept', async () => {
        const one = session('p_late', 'h');
        await store.sessions.put(one);
        wait(901);
        expect((await store.sessions.get('p_late', 'h'))?.expiresAt).toBe(one.expiresAt);
        wait(86_400);
        expect(await store.sessions.get('p_late', 'h')).toBeUndefined();
      });
    });

    describe('sign-ins under way', () => {
      test.each<[string, Attempt]>([
        ['with all there is', attempt('whole')],
        ['without what is not there', bareAttempt()],
      ])('an attempt %s is taken as it was, once', async (_what, one) => {
        await store.attempts.put(one);
        expect(await store.attempts.take(one.stateHash)).toEqual(one);
        expect(await store.attempts.take(one.stateHash)).toBeUndefined();
      });

      test.each<[string, SamlAttempt]>([
        ['with all there is', { ...samlAttempt('whole'), authenticatedSince: NOW }],
        ['without what is not there', samlAttempt('bare')],
      ])('an attempt by SAML %s is taken as it was, once', async (_what, one) => {
        await store.samlAttempts.put(one);
        expect(await store.samlAttempts.take(one.requestHash)).toEqual(one);
        expect(await store.samlAttempts.take(one.requestHash)).toBeUndefined();
      });

      test('an attempt of one protocol is none of the other', async () => {
        await store.samlAttempts.put(samlAttempt('by-saml'));
        await store.attempts.put(attempt('by-oidc'));
        expect(await store.attempts.take('by-saml')).toBeUndefined();
        expect(await store.samlAttempts.take('by-oidc')).toBeUndefined();
      });

      test.each<[string, ParkedSignIn]>([
        ['with all there is', { ...parked('whole'), browserHash: 'browser', sessionEndsAt: NOW }],
        ['without what is not there', parked('bare')],
      ])('a parked sign-in %s is taken as it was, by one of fifty at once', async (_what, one) => {
        await store.parkedSignIns.put(one);
        const taken = await Promise.all(FIFTY.map(() => store.parkedSignIns.take(one.ticketHash)));
        expect(taken.filter((each) => each !== undefined)).toEqual([one]);
      });

      test('a parked sign-in is absent after its minute, though not yet swept', async () => {
        await store.parkedSignIns.put(parked('late'));
        wait(61);
        expect(await store.parkedSignIns.take('late')).toBeUndefined();
      });

      test('one that nobody began is absent', async () => {
        expect(await store.attempts.take('never')).toBeUndefined();
      });

      test('an expired attempt is absent though not yet swept, from that second on', async () => {
        const ends = { expiresAt: '2026-01-01T12:10:00.000Z' };
        await store.attempts.put(attempt('just', ends));
        await store.attempts.put(attempt('over', ends));
        now = '2026-01-01T12:09:59.999Z';
        expect(await store.attempts.take('just')).toBeDefined();
        now = ends.expiresAt;
        expect(await store.attempts.take('over')).toBeUndefined();
      });

      test('of fifty callbacks at once exactly one gets it', async () => {
        await store.attempts.put(attempt('raced'));
        const taken = await Promise.all(FIFTY.map(() => store.attempts.take('raced')));
        expect(taken.filter((one) => one !== undefined)).toEqual([attempt('raced')]);
      });
    });

    describe('what may be used once', () => {
      test('the first burns it, nobody after', async () => {
        expect(await store.replayGuard.burn('once', plusSeconds(NOW, 60))).toBe(true);
        expect(await store.replayGuard.burn('once', plusSeconds(NOW, 60))).toBe(false);
        expect(await store.replayGuard.burn('another', plusSeconds(NOW, 60))).toBe(true);
      });

      test('of fifty at once exactly one burns it', async () => {
        const burnt = await Promise.all(FIFTY.map(() => store.replayGuard.burn('raced', plusSeconds(NOW, 60))));
        expect(burnt.filter(Boolean)).toHaveLength(1);
      });

      test('it stays burnt until its time, and not because nobody swept it', async () => {
        const until = '2026-01-01T12:01:00.000Z';
        await store.replayGuard.burn('timed', until);
        now = '2026-01-01T12:00:59.999Z';
        expect(await store.replayGuard.burn('timed', until)).toBe(false);
        now = until;
        expect(await store.replayGuard.burn('timed', plusSeconds(until, 60))).toBe(true);
        expect(await store.replayGuard.burn('timed', plusSeconds(until, 60))).toBe(false);
      });
    });

    describe('names', () => {
      test('a person is called as the provider last said', async () => {
        await store.directory.remember(principal('p_named', { displayName: 'Old' }));
        await store.directory.remember(principal('p_named', { displayName: 'New' }));
        const names = await store.directory.get(['p_named']);
        expect([...names]).toEqual([['p_named', { displayName: 'New', email: 'engineer@example.com' }]]);
      });

      test('what the provider no longer says is no longer kept', async () => {
        await store.directory.remember(principal('p_less'));
        await store.directory.remember(nameless(principal('p_less')));
        expect((await store.directory.get(['p_less'])).get('p_less')).toEqual({});
      });

      test('someone unknown is absent, nobody asked for is nobody, and twice is once', async () => {
        await store.directory.remember(principal('p_known'));
        expect([...(await store.directory.get(['p_known', 'p_unknown', 'p_known'])).keys()]).toEqual(['p_known']);
        expect((await store.directory.get([])).size).toBe(0);
      });

      test('more than a hundred at a time are all found', async () => {
        const handles = Array.from({ length: 130 }, (_, n) => `p_many_${n}`);
        for (const handle of handles) await store.directory.remember(principal(handle, { displayName: handle }));
        const names = await store.directory.get(handles);
        expect(handles.map((handle) => names.get(handle)?.displayName)).toEqual(handles);
      });
    });

    describe('texts', () => {
      test('a text comes back to whoever knows its author and id', async () => {
        const { ref, value } = words('t1', 'größer 🎩\u0000 "');
        await store.texts.put('p_author', ref, value);
        expect([...(await store.texts.get([{ author: 'p_author', ref }]))]).toEqual([['t1', value.text]]);
        expect((await store.texts.get([{ author: 'p_other', ref }])).size).toBe(0);
      });

      test('an empty text is a text', async () => {
        const { ref, value } = words('t-empty', '');
        await store.texts.put('p_author', ref, value);
        expect((await store.texts.get([{ author: 'p_author', ref }])).get('t-empty')).toBe('');
      });

      test('the same text twice is no error', async () => {
        const { ref, value } = words('t2', 'same');
        await store.texts.put('p_author', ref, value);
        await expect(store.texts.put('p_author', ref, value)).resolves.toBeUndefined();
      });

      test('another text cannot take its place', async () => {
        const [first, second] = [words('t3', 'first'), words('t3', 'second')];
        await store.texts.put('p_author', first.ref, first.value);
        await expect(store.texts.put('p_author', second.ref, second.value)).rejects.toMatchObject({
          code: 'ledger_unavailable',
        });
        expect((await store.texts.get([{ author: 'p_author', ref: first.ref }])).get('t3')).toBe('first');
      });

      test('a text that is not the one that the event holds the hash of is absent', async () => {
        const { ref, value } = words('t4', 'genuine');
        await store.texts.put('p_author', ref, value);
        const asked = { author: 'p_author', ref: { ...ref, hash: hashText('salt', 'another') } };
        expect((await store.texts.get([asked])).size).toBe(0);
      });

      test('a text under a hash that is not its own is a mistake of ours', async () => {
        const { ref, value } = words('t5', 'text');
        await expect(store.texts.put('p_author', ref, { ...value, text: 'other' })).rejects.toThrow(TypeError);
      });
    });
  });
};

const nameless = ({ displayName: _name, email: _email, ...rest }: Principal): Principal => rest;
const withoutCsrf = ({ csrf: _csrf, ...rest }: Session): Session => rest;
const withoutSince = ({ authenticatedSince: _since, ...rest }: Attempt): Attempt => rest;

const bare = (): Session => ({
  ...withoutCsrf(session('p_bare', 'h2', { via: 'bearer' })),
  principal: nameless(principal('p_bare', { kind: 'workload', groups: [] })),
});

const bareAttempt = (): Attempt => withoutSince(attempt('bare'));
