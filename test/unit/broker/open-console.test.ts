import { describe, expect, test } from '@jest/globals';
import { openConsole } from '../../../lib/broker/open-console.ts';
import type { ConsoleSignIn } from '../../../lib/broker/ports.ts';
import { RoleSessionError } from '../../../lib/broker/ports.ts';
import { secret } from '../../../lib/broker/secret.ts';
import { HatcheckError } from '../../../lib/domain/errors.ts';
import { engineer, noon, security } from '../../support/builders.ts';
import { type MemoryDesk, memoryDesk, patientFor, unavailable } from '../../support/memory.ts';
import {
  acted,
  asked,
  by,
  codeOf,
  credentials,
  eventsOf,
  granted,
  issuerAt,
  typesOf,
  unhandledRejections,
} from './story.ts';

const made = { url: secret('https://signin.example.com/'), expiresAt: noon(900) };

describe('a console sign-in URL', () => {
  test('leaves with an intent, a role session and itself in the ledger, and none of its secret', async () => {
    const issuer = issuerAt(memoryDesk(), { url: () => Promise.resolve(made) });
    const id = await granted(issuer);
    expect(await openConsole(issuer, by(id))).toBe(made);
    const [intent, session, url] = (await eventsOf(issuer, id)).slice(2);
    expect(intent).toMatchObject({ type: 'credentials.intended', data: { purpose: 'console' } });
    expect(session).toMatchObject({ type: 'credentials.issued', data: { intent: intent?.eventId } });
    expect(url).toMatchObject({ type: 'console.issued', data: { intent: intent?.eventId, expiresAt: noon(900) } });
    expect(JSON.stringify(await eventsOf(issuer, id))).not.toMatch(/signin\.example|the secret|the token/);
  });

  test('is made of that session, for the entitlement’s account, and where the caller wants to go', async () => {
    const asks: Parameters<ConsoleSignIn['url']>[] = [];
    const issuer = issuerAt(memoryDesk(), { url: (...of) => (asks.push(of), Promise.resolve(made)) });
    const id = await granted(issuer);
    await openConsole(issuer, { ...by(id), destination: 's3' });
    await openConsole(issuer, by(id));
    expect(asks.map(([session]) => session)).toEqual([credentials, credentials]);
    expect(asks[0]?.[1]).toMatchObject({ partition: 'aws', region: 'eu-west-1', destination: { service: 's3' } });
    expect(asks[1]?.[1]).not.toHaveProperty('destination');
  });

  test('leads through the sign-out only where that is asked for', async () => {
    const asks: Parameters<ConsoleSignIn['url']>[] = [];
    const issuer = issuerAt(memoryDesk(), { url: (...of) => (asks.push(of), Promise.resolve(made)) });
    const id = await granted(issuer);
    await openConsole(issuer, { ...by(id), logoutFirst: true });
    await openConsole(issuer, by(id));
    expect(asks[0]?.[1]).toMatchObject({ logoutFirst: true });
    expect(asks[1]?.[1]).not.toHaveProperty('logoutFirst');
  });

  test('is given to a form once', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await openConsole(issuer, { ...by(id), once: 'the form' });
    expect(await codeOf(openConsole(issuer, { ...by(id), once: 'the form' }))).toBe('already_decided');
    expect(issuer.orders).toHaveLength(1);
  });

  test('leads to another region, and a page of its own path has none', async () => {
    const asks: Parameters<ConsoleSignIn['url']>[] = [];
    const desk = memoryDesk();
    const console = { url: (...of: Parameters<ConsoleSignIn['url']>) => (asks.push(of), Promise.resolve(made)) };
    const plain = issuerAt(desk, console);
    const destinations = { page: { path: '/x' }, there: { service: 's3', region: 'eu-north-1' } } as const;
    const issuer = { ...plain, policy: { ...plain.policy, destinations } };
    const id = await granted(issuer);
    const region = 'us-east-1';
    for (const destination of ['s3', 'there']) await openConsole(issuer, { ...by(id), destination, region });
    await openConsole(issuer, { ...by(id), region });
    expect(asks.map(([, { destination }]) => destination)).toEqual([
      { service: 's3', region },
      { service: 's3', region },
      { service: 'console', region },
    ]);
    await expect(openConsole(issuer, { ...by(id), destination: 'page', region })).rejects.toMatchObject({
      refusal: { code: 'invalid_input', faults: [{ pointer: '/region', code: 'not_allowed' }] },
    });
    expect(asks).toHaveLength(3);
  });
});

describe('nothing leaves', () => {
  test('to a destination that is none; nothing is opened, nor on record', async () => {
    const issuer = issuerAt(memoryDesk());
    const id = await granted(issuer);
    await expect(openConsole(issuer, { ...by(id), destination: 'nowhere' })).rejects.toMatchObject({
      refusal: { code: 'invalid_input', faults: [{ pointer: '/destination', code: 'unknown' }] },
    });
    expect([issuer.orders, await typesOf(issuer, id)]).toEqual([[], ['request.submitted', 'request.approved']]);
  });

  test('when a rule is against it; the refusal says what it was for', async () => {
    const issuer = issuerAt(memoryDesk(), { url: () => Promise.reject(new Error('a URL')) });
    const id = await asked(issuer);
    expect(await codeOf(openConsole(issuer, by(id)))).toBe('not_approved');
    expect(await issuer.ledger.read(`refusals#${id}`)).toMatchObject([{ data: { purpose: 'console' } }]);
  });

  test('when STS opened nothing', async () => {
    const issuer = issuerAt(memoryDesk(), { open: () => Promise.reject(new RoleSessionError('failed', 'no')) });
    const id = await granted(issuer);
    expect(await codeOf(openConsole(issuer, by(id)))).toBe('aws_unavailable');
  });

  test('when no URL could be made; the session that was opened is on record', async () => {
    const failed = new HatcheckError({ code: 'aws_unavailable', reason: 'as the test says' });
    const issuer = issuerAt(memoryDesk(), { url: () => Promise.reject(failed) });
    const id = await granted(issuer);
    expect(await codeOf(openConsole(issuer, by(id)))).toBe('aws_unavailable');
    expect((await typesOf(issuer, id)).slice(2)).toEqual(['credentials.intended', 'credentials.issued']);
  });

  test('when it was revoked before the session was on record', async () => {
    const desk = memoryDesk();
    let id = '';
    const issuer = issuerAt(desk, {
      open: async () => (await acted(desk, id, security, { type: 'revoke', reason: 'stop' }), credentials),
      url: () => Promise.reject(new Error('nobody waits for this one')),
    });
    id = await granted(issuer);
    const unhandled = unhandledRejections();
    expect(await codeOf(openConsole(issuer, by(id)))).toBe('revoked');
    expect(await unhandled()).toStrictEqual([]);
    expect((await typesOf(issuer, id)).slice(-2)).toEqual(['request.revoked', 'credentials.withheld']);
  });

  test.each([
    [{ type: 'revoke', reason: 'stop' } as const, security, 'revoked'],
    [{ type: 'end' } as const, engineer, 'grant_over'],
  ])('when it was closed while the URL was made: %j', async (act, who, code) => {
    const desk = memoryDesk();
    const ledger = { ...desk.ledger };
    const issuer = issuerAt(desk, { url: () => Promise.resolve(made) });
    const id = await granted(issuer);
    desk.ledger.append = async (event) => {
      const outcome = await ledger.append(event);
      if (event.type === 'credentials.issued') await acted({ ...desk, ledger }, id, who, act);
      return outcome;
    };
    expect(await codeOf(openConsole(issuer, by(id)))).toBe(code);
    expect(await typesOf(issuer, id)).not.toContain('console.issued');
  });

  test('when the URL cannot be put on record', async () => {
    const desk: MemoryDesk = memoryDesk();
    const append = desk.ledger.append.bind(desk.ledger);
    const issuer = issuerAt(desk);
    const id = await granted(issuer);
    desk.ledger.append = (event) => (event.type === 'console.issued' ? Promise.reject(unavailable()) : append(event));
    expect(await codeOf(openConsole(issuer, by(id, engineer, patientFor(2))))).toBe('ledger_unavailable');
  });
});
