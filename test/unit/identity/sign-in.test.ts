import { beforeEach, describe, expect, test } from '@jest/globals';
import { AssertionRefused } from '../../../lib/identity/assertion-refused.ts';
import type { VerifiedIdToken } from '../../../lib/identity/id-token.ts';
import { handleOf } from '../../../lib/identity/handle.ts';
import { signIn, vouchedBy } from '../../../lib/identity/sign-in.ts';
import { provider } from '../../attack/id-token/verifying.ts';
import { noon } from '../../support/builders.ts';
import { unavailable } from '../../support/memory.ts';
import { type MemoryIdentity, PEPPER, codeOf, memoryIdentity } from './memory.ts';

const verified: VerifiedIdToken = {
  issuer: provider.issuer,
  subject: 'subject-of-erin',
  fingerprint: 'fingerprint',
  times: { issuedAt: noon(0), uselessFrom: noon(660) },
  claims: { name: 'Erin', amr: ['pwd'] },
};

const handle = handleOf(PEPPER, provider.issuer, verified.subject);
const way = { provider, method: 'browser', via: 'cookie' } as const;
const away = () => Promise.reject(unavailable());

let identity: MemoryIdentity;

beforeEach(() => {
  identity = memoryIdentity([provider]);
});

describe('a verified assertion', () => {
  test('is recorded in a stream of its own, then stored, then given out', async () => {
    const order: string[] = [];
    const sessions = {
      ...identity.sessions,
      put: (session: Parameters<typeof identity.sessions.put>[0]) => {
        order.push(`session after ${identity.stored.events.length} event`);
        return identity.sessions.put(session);
      },
    };
    const { session } = await signIn({ ...identity, sessions }, way, () =>
      Promise.resolve(vouchedBy(verified, provider)),
    );
    expect(order).toEqual(['session after 1 event']);
    expect(session.principal.handle).toBe(handle);
    expect(identity.stored.names).toMatchObject([{ handle, displayName: 'Erin' }]);
    const [recorded] = identity.stored.events;
    expect(recorded).toEqual({
      stream: `signin#${recorded?.event.eventId ?? ''}`,
      event: {
        type: 'signin.succeeded',
        eventId: recorded?.event.eventId,
        at: noon(0),
        actor: { kind: 'person', handle },
        data: { provider: 'okta', method: 'browser', methods: ['pwd'] },
      },
    });
  });

  test('signs nobody in when it cannot be recorded', async () => {
    const broken = { ...identity, ledger: { begin: away } };
    await expect(codeOf(signIn(broken, way, () => Promise.resolve(vouchedBy(verified, provider))))).resolves.toBe(
      'ledger_unavailable',
    );
    expect(identity.stored.sessions.size).toBe(0);
    expect(identity.stored.names).toStrictEqual([]);
  });

  test.each([
    ['the session', () => ({ sessions: { ...identity.sessions, put: away } })],
    ['the name', () => ({ directory: { remember: away } })],
  ])('gives nothing out when %s cannot be stored', async (_what, parts) => {
    const broken = { ...identity, ...parts() };
    await expect(codeOf(signIn(broken, way, () => Promise.resolve(vouchedBy(verified, provider))))).resolves.toBe(
      'ledger_unavailable',
    );
  });
});

describe('a person whose session at the provider', () => {
  const until = (sessionEndsAt: string) => () => Promise.resolve({ ...vouchedBy(verified, provider), sessionEndsAt });

  test('is over this moment is not signed in, and it is on record', async () => {
    await expect(codeOf(signIn(identity, way, until(noon(0))))).resolves.toBe('expired');
    expect(identity.stored.events).toMatchObject([
      { event: { type: 'signin.refused', actor: { handle }, data: { reason: 'expired' } } },
    ]);
    expect(identity.stored.sessions.size).toBe(0);
  });

  test('goes on for a while is signed in for as long, and no longer than ever', async () => {
    const short = await signIn(identity, way, until(noon(1)));
    const long = await signIn(identity, way, until(noon(24 * 3600)));
    expect([short.session.expiresAt, long.session.expiresAt]).toEqual([noon(1), noon(4 * 3600)]);
  });

  test('would end with a word of the provider’s is signed in for as long as that one says, or anybody ever is', async () => {
    const telling = { ...way, provider: { ...provider, backChannelLogout: true } } as const;
    const short = await signIn(identity, telling, until(noon(5 * 3600)));
    const long = await signIn(identity, telling, () => Promise.resolve(vouchedBy(verified, provider)));
    expect([short.session.expiresAt, long.session.expiresAt]).toEqual([noon(5 * 3600), noon(12 * 3600)]);
  });
});

describe('an assertion that is refused', () => {
  const refusal = (subject?: string) => () =>
    Promise.reject(new AssertionRefused('expired', subject === undefined ? {} : { subject }));

  test('is recorded when its signature was good', async () => {
    await expect(codeOf(signIn(identity, way, refusal('subject-of-erin')))).resolves.toBe('expired');
    expect(identity.stored.events).toMatchObject([
      {
        event: {
          type: 'signin.refused',
          actor: { kind: 'person', handle },
          data: { provider: 'okta', reason: 'expired' },
        },
      },
    ]);
  });

  test('is no event when nothing vouches for it', async () => {
    await expect(codeOf(signIn(identity, way, refusal()))).resolves.toBe('expired');
    expect(identity.stored.events).toStrictEqual([]);
  });

  test('is recorded for each person and each reason apart', async () => {
    await codeOf(signIn(identity, way, refusal('subject-of-erin')));
    await codeOf(signIn(identity, way, refusal('subject-of-erin')));
    await codeOf(signIn(identity, way, refusal('subject-of-ari')));
    expect(identity.stored.events).toHaveLength(2);
  });

  test('is a failure of the ledger when it cannot be recorded', async () => {
    const broken = { ...identity, ledger: { begin: away } };
    await expect(codeOf(signIn(broken, way, refusal('subject-of-erin')))).resolves.toBe('ledger_unavailable');
  });
});
