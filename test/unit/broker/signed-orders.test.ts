import { describe, expect, test } from '@jest/globals';
import { issueCredentials } from '../../../lib/broker/issue.ts';
import { RoleSessionError, type Secret } from '../../../lib/broker/ports.ts';
import { secret } from '../../../lib/broker/secret.ts';
import type { RoleSessionOrder } from '../../../lib/domain/role-session.ts';
import { entitlement, policy } from '../../support/builders.ts';
import { memoryDesk, memoryLedger, unavailable } from '../../support/memory.ts';
import { by, codeOf, credentials, eventsOf, granted, issuerAt, typesOf, unhandledRejections } from './story.ts';

const own = entitlement();
const byToken = policy([entitlement({ session: { ...own.session, via: 'webIdentity' } })]);

type Sign = (order: RoleSessionOrder) => Promise<Secret>;

/** An issuer of an entitlement by webIdentity, whose assertions are made by `sign`. */
const issuerSigning = (sign: Sign, ledger = memoryLedger(undefined, byToken.version)) => {
  const opened: (Secret | undefined)[] = [];
  const issuer = issuerAt(memoryDesk({ policy: byToken, ledger }));
  const roleSessions = {
    open: (order: RoleSessionOrder, assertion?: Secret) => {
      opened.push(assertion);
      issuer.orders.push(order);
      return Promise.resolve(credentials);
    },
  };
  return { ...issuer, roleSessions, assertions: { sign }, opened };
};

describe('a role session by what we sign', () => {
  test('is opened with the assertion of the very order', async () => {
    const signed: RoleSessionOrder[] = [];
    const issuer = issuerSigning((order) => {
      signed.push(order);
      return Promise.resolve(secret('signed'));
    });
    const id = await granted(issuer);
    await issueCredentials(issuer, by(id));
    expect(issuer.opened.map((one) => one?.reveal())).toEqual(['signed']);
    expect(signed).toEqual(issuer.orders);
    expect(signed[0]).toMatchObject({ via: 'webIdentity', requestId: id, entitlementId: 'prod-admin' });
  });

  test('is signed while the intent is written, and STS waits for both', async () => {
    const happened: string[] = [];
    const ledger = memoryLedger(undefined, byToken.version);
    const issuer = issuerSigning(
      async () => {
        happened.push('signing');
        await Promise.resolve();
        happened.push('signed');
        return secret('signed');
      },
      {
        ...ledger,
        append: async (event) => {
          if (event.type !== 'credentials.intended') return ledger.append(event);
          happened.push('writing');
          const appended = await ledger.append(event);
          await new Promise((resolve) => setImmediate(resolve));
          happened.push('written');
          return appended;
        },
      },
    );
    const open = issuer.roleSessions.open;
    issuer.roleSessions.open = (...order) => {
      happened.push('STS');
      return open(...order);
    };
    await issueCredentials(issuer, by(await granted(issuer)));
    expect(happened).toEqual(['signing', 'writing', 'signed', 'written', 'STS']);
  });

  test('that cannot be signed is an outcome on record, and STS is not asked', async () => {
    const issuer = issuerSigning(() => Promise.reject(new RoleSessionError('failed', 'Signing.TimeoutError')));
    const id = await granted(issuer);
    expect(await codeOf(issueCredentials(issuer, by(id)))).toBe('aws_unavailable');
    expect((await typesOf(issuer, id)).slice(2)).toEqual(['credentials.intended', 'credentials.failed']);
    expect((await eventsOf(issuer, id)).at(-1)).toMatchObject({ data: { reason: 'Signing.TimeoutError' } });
    expect(issuer.opened).toStrictEqual([]);
  });

  test('is not opened where there is no key to sign with', async () => {
    const { roleSessions, opened } = issuerSigning(() => Promise.resolve(secret('signed')));
    const issuer = { ...issuerAt(memoryDesk({ policy: byToken })), roleSessions };
    const id = await granted(issuer);
    expect(await codeOf(issueCredentials(issuer, by(id)))).toBe('aws_unavailable');
    expect((await eventsOf(issuer, id)).at(-1)).toMatchObject({ data: { reason: 'NoSigningKey' } });
    expect(opened).toStrictEqual([]);
  });

  test('whose intent is not written goes nowhere, though it was signed, and no failure is left unhandled', async () => {
    const unhandled = unhandledRejections();
    const ledger = memoryLedger(undefined, byToken.version);
    let isAway = false;
    const issuer = issuerSigning(() => Promise.reject(new RoleSessionError('failed', 'Signing.TimeoutError')), {
      ...ledger,
      append: (event) => (isAway ? Promise.reject(unavailable()) : ledger.append(event)),
    });
    const id = await granted(issuer);
    isAway = true;
    expect(await codeOf(issueCredentials(issuer, by(id)))).toBe('ledger_unavailable');
    expect(issuer.opened).toStrictEqual([]);
    expect(await unhandled()).toStrictEqual([]);
  });
});
