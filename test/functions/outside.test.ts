import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type TicketServer, startTicketServer } from '../../local/ticket-server.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { testConfig, testEntitlement } from '../support/config.ts';

let tickets: TicketServer;
let broker: TestBroker;

const ticketed = testEntitlement({
  id: 'ticketed',
  requesters: { groups: ['local-oidc:sre'] },
  ticket: { pattern: '^OPS-[0-9]+$', required: true, check: { service: 'jira', assigned: true, endsGrant: true } },
});
const onCall = testEntitlement({ id: 'on-call', requesters: { groups: ['oncall:sre'] } });

/** Long ago, and for longer than any test runs. */
const ROTA = { start: '2026-01-05T09:00', turnDays: 366, timezone: 'Europe/Berlin', people: ['ann@example.com'] };

beforeAll(async () => {
  tickets = await startTicketServer({
    port: 0,
    token: 't0ken',
    tickets: { 'OPS-1': { open: true, assignee: 'ann@example.com' }, 'OPS-2': { open: false } },
  });
  process.env['TICKETS'] = 't0ken';
  const { policy } = testConfig();
  broker = await startBroker({
    policy: { ...policy, entitlements: new Map([ticketed, onCall].map((each) => [each.id, each])) },
    outside: {
      tickets: [{ id: 'jira', type: 'jira', url: tickets.origin, token: 'env:TICKETS' }],
      onCall: [{ id: 'sre', type: 'rota', ...ROTA }],
    },
  });
});

afterAll(async () => {
  await broker.close();
  await tickets.close();
});

const ask = (token: string, entitlementId: string, ticket?: string, dryRun = false) =>
  broker.call(token, 'POST', `/v1/requests${dryRun ? '?dryRun=true' : ''}`, {
    ...{ entitlementId, justification: 'restore the queue', durationSeconds: 900 },
    ...(ticket === undefined ? {} : { ticket }),
  });

describe('a request with a live ticket', () => {
  test('is made when the ticket is open and the requester’s', async () => {
    const ann = await broker.signIn('ann', ['sre']);
    expect((await ask(ann, 'ticketed', 'OPS-1')).status).toBe(201);
  });

  test.each([
    ['OPS-2', 'ticket_closed'],
    ['OPS-999', 'no_such_ticket'],
  ])('is refused with %s: %s, in the words of an invalid input', async (ticket, code) => {
    const ann = await broker.signIn('ann', ['sre']);
    const { status, json } = await ask(ann, 'ticketed', ticket);
    expect([status, json.code, json.errors[0]?.pointer, json.errors[0]?.code]).toEqual([
      400,
      'invalid_input',
      '/ticket',
      code,
    ]);
  });

  test('is refused with somebody else’s ticket, and does not say whose it is', async () => {
    const ben = await broker.signIn('ben', ['sre']);
    const { json, text } = await ask(ben, 'ticketed', 'OPS-1');
    expect(json.errors[0]?.code).toBe('not_assigned');
    expect(text).not.toContain('ann');
  });

  test('is refused while the service is away, which a dry run tells as not evaluated', async () => {
    const ann = await broker.signIn('ann', ['sre']);
    await tickets.close();
    const { status, json, headers } = await ask(ann, 'ticketed', 'OPS-1');
    expect([status, json.code]).toEqual([503, 'ticket_unavailable']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const { decision } = (await ask(ann, 'ticketed', 'OPS-1', true)).json;
    expect(decision.allowed).toBe(false);
    expect(decision.rules.find(({ rule }) => rule === 'ticketAlive')?.outcome).toBe('notEvaluated');
    tickets = await startTicketServer({ port: 0, token: 't0ken' });
  });
});

describe('whoever is on call', () => {
  test('sees and may request what is for those on call, and is issued credentials', async () => {
    const ann = await broker.signIn('ann', ['engineering']);
    const { entitlements } = (await broker.call(ann, 'GET', '/v1/entitlements')).json;
    expect(entitlements.map(({ id }) => id)).toEqual(['on-call']);
    const { request } = (await ask(ann, 'on-call')).json;
    expect(request.status).toBe('approved');
    expect((await broker.call(ann, 'POST', `/v1/requests/${request.id}/credentials`)).status).toBe(200);
  });

  test('is nobody else, whatever groups their provider says they are in', async () => {
    const ben = await broker.signIn('ben', ['oncall:sre'], { groups: ['local-oidc:oncall:sre'] });
    expect((await ask(ben, 'on-call')).json.code).toBe('not_eligible');
  });
});
