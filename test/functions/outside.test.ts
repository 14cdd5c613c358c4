import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answers } from '../../lib/http/answers.ts';
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
const plain = testEntitlement({ id: 'plain', requesters: { groups: ['local-oidc:sre'] } });
/** Nobody who is not on call there may ask for it; who is, only the service knows. */
const paged = testEntitlement({ id: 'paged', requesters: { groups: ['local-oidc:dba', 'oncall:pager'] } });

/** An on-call service that says who is on call, and remembers that it was asked. */
let asked = 0;
const pager = createServer((_request, response) => {
  asked += 1;
  response.end(JSON.stringify({ oncalls: [{ user: { email: 'ann@example.com' } }] }));
});

/** Long ago, and for longer than any test runs. */
/** Of the sessions that the broker of these tests signs in. */
const ISSUER = 'http://127.0.0.1:3001';
const ROTA = { start: '2026-01-05T09:00', turnDays: 366, timezone: 'Europe/Berlin', people: ['ann@example.com'] };

beforeAll(async () => {
  tickets = await startTicketServer({
    port: 0,
    token: 't0ken',
    tickets: { 'OPS-1': { open: true, assignee: 'ann@example.com' }, 'OPS-2': { open: false } },
  });
  process.env['TICKETS'] = 't0ken';
  pager.listen(0, '127.0.0.1');
  await once(pager, 'listening');
  const { port } = pager.address() as AddressInfo;
  const { policy } = testConfig();
  broker = await startBroker({
    policy: { ...policy, entitlements: new Map([ticketed, onCall, plain, paged].map((each) => [each.id, each])) },
    outside: {
      tickets: [{ id: 'jira', type: 'jira', url: tickets.origin, token: 'env:TICKETS' }],
      onCall: [
        { id: 'sre', type: 'rota', issuer: ISSUER, ...ROTA },
        {
          ...{ id: 'pager', type: 'pagerduty', issuer: ISSUER, url: `http://127.0.0.1:${port}` },
          ...{ token: 'env:TICKETS', schedule: 'P1' },
        },
      ],
    },
  });
});

afterAll(async () => {
  await broker.close();
  await tickets.close();
  pager.close();
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

  test('is shown to whoever decides as the service has it now, with what else they should know', async () => {
    const ann = await broker.signIn('ann', ['sre']);
    const { request } = (await ask(ann, 'ticketed', 'OPS-1')).json;
    const { status, json } = await broker.call(ann, 'GET', `/v1/requests/${request.id}?evidence=true`);
    expect(status).toBe(200);
    expect(answers.RequestWithEvents().safeParse(json).error).toBeUndefined();
    expect(json).toMatchObject({
      request: { id: request.id },
      evidence: { role: { accountName: 'prod' }, ticket: { state: 'open', ofRequester: true }, before: { same: 1 } },
    });
    const without = await broker.call(ann, 'GET', `/v1/requests/${request.id}`);
    expect(without.json).not.toHaveProperty('evidence');
    const strangers = await broker.call(
      await broker.signIn('eve', []),
      'GET',
      `/v1/requests/${request.id}?evidence=true`,
    );
    expect([strangers.status, strangers.json.code]).toEqual([404, 'not_found']);
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

describe('an on-call service', () => {
  test('is not asked about what does not go by it, however slow it may be', async () => {
    const ann = await broker.signIn('ann', ['sre']);
    const { request } = (await ask(ann, 'plain')).json;
    const ben = await broker.signIn('ben', ['auditors', 'security']);
    await ask(ann, 'plain', undefined, true);
    await broker.call(ann, 'POST', `/v1/requests/${request.id}/credentials`);
    await broker.call(ann, 'GET', '/v1/requests');
    for (const token of [ann, ben]) {
      await broker.call(token, 'GET', `/v1/requests/${request.id}`);
      for (const list of ['requests?as=approver', 'requests?as=auditor', 'holds', 'delegations'])
        await broker.call(token, 'GET', `/v1/${list}`);
      await broker.call(token, 'POST', `/v1/requests/${request.id}/revoke`, { reason: 'it is over' });
    }
    expect(asked).toBe(0);
  });

  test('is not asked about somebody who may anyway, nor about a workload', async () => {
    const dba = await broker.signIn('dba', ['dba']);
    expect((await ask(dba, 'paged')).status).toBe(201);
    const job = await broker.signIn('job', [], { kind: 'workload' });
    expect((await ask(job, 'paged')).json.code).toBe('not_eligible');
    expect(asked).toBe(0);
  });

  test('is asked when it matters, once a minute', async () => {
    const ann = await broker.signIn('ann', []);
    expect((await ask(ann, 'paged')).status).toBe(201);
    const { request } = (await ask(ann, 'paged')).json;
    expect(asked).toBe(1);
    expect(request.actions).toContain('credentials');
    // Another function, another memory.
    expect((await broker.call(ann, 'POST', `/v1/requests/${request.id}/credentials`)).status).toBe(200);
    expect(asked).toBe(2);
  });
});

describe('whoever is on call', () => {
  test('sees and may request what is for those on call, and is issued credentials', async () => {
    const ann = await broker.signIn('ann', ['engineering']);
    const { entitlements } = (await broker.call(ann, 'GET', '/v1/entitlements')).json;
    expect(entitlements.map(({ id }) => id)).toEqual(['on-call', 'paged']);
    const { request } = (await ask(ann, 'on-call')).json;
    expect(request.status).toBe('approved');
    expect((await broker.call(ann, 'POST', `/v1/requests/${request.id}/credentials`)).status).toBe(200);
  });

  test('is nobody else, whatever groups their provider says they are in', async () => {
    const ben = await broker.signIn('ben', ['oncall:sre'], { groups: ['local-oidc:oncall:sre'] });
    expect((await ask(ben, 'on-call')).json.code).toBe('not_eligible');
  });
});
