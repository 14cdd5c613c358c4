import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { boundedFetch } from '../../../lib/outbound/bounded-fetch.ts';
import type { TicketService } from '../../../lib/outbound/ports.ts';
import { ticketServices } from '../../../lib/outbound/ticket-services.ts';
import { closeServer, listenOnLoopback } from '../../../local/gateway/loopback.ts';
import { type TicketServer, startTicketServer } from '../../../local/ticket-server.ts';

const TOKEN = 'token-of-the-test';
let server: TicketServer;

beforeAll(async () => {
  server = await startTicketServer({
    port: 0,
    token: TOKEN,
    tickets: {
      'OPS-1': { open: true, assignee: 'engineer@example.com' },
      'OPS-2': { open: false },
      TASK0001: { open: true, assignee: 'engineer@example.com' },
      TASK0002: { open: false },
      admin: { open: true },
    },
  });
});

afterAll(() => server.close());

const serviceOf = (type: TicketService['type'], more: Partial<TicketService> = {}): TicketService => {
  const own = { id: 'it', url: server.origin, token: 'env:TICKETS' };
  const service =
    type === 'generic'
      ? {
          ...own,
          type,
          url: `${server.origin}/tickets/{ticket}`,
          state: '/status/name',
          assignee: '/owner/email',
          open: ['new', 'in progress'],
        }
      : { ...own, type };
  return { ...service, ...more } as TicketService;
};

const look = async (service: TicketService, ticket: string, token = TOKEN) => {
  const unavailable: unknown[] = [];
  const tickets = ticketServices([service], {
    resolveSecret: () => Promise.resolve(token),
    onUnavailable: (_id, cause) => unavailable.push(cause),
  });
  return { answer: await tickets.look('it', ticket), unavailable };
};

const NUMBERS = {
  jira: ['OPS-1', 'OPS-2'],
  servicenow: ['TASK0001', 'TASK0002'],
  generic: ['OPS-1', 'OPS-2'],
} as const;

describe.each(['jira', 'servicenow', 'generic'] as const)('a %s', (type) => {
  const [open, closed] = NUMBERS[type];

  test('says that a ticket is open, and whose it is', async () => {
    const { answer } = await look(serviceOf(type), open);
    expect(answer).toEqual({ state: 'open', assignee: 'engineer@example.com' });
  });

  test('says that a ticket is closed', async () => {
    expect((await look(serviceOf(type), closed)).answer).toEqual({ state: 'closed' });
  });

  test('says that there is no such ticket', async () => {
    expect((await look(serviceOf(type), 'OPS999')).answer).toEqual({ state: 'missing' });
  });

  test('is told who asks by a bearer token, or by name and password, and never in the address', async () => {
    expect((await look(serviceOf(type), open)).answer).toMatchObject({ state: 'open' });
    expect((await look(serviceOf(type, { user: 'hatcheck@example.com' }), open)).answer).toMatchObject({
      state: 'open',
    });
    expect(server.asked.join('\n')).not.toContain(encodeURIComponent(TOKEN));
    expect(server.asked.join('\n')).not.toContain(TOKEN);
  });

  test('that does not know us is unavailable, and the log does not learn the token', async () => {
    const { answer, unavailable } = await look(serviceOf(type), open, 'not the token');
    expect(answer).toBe('unavailable');
    expect(String(unavailable[0])).toContain('401');
    expect(String(unavailable[0])).not.toContain('not the token');
  });

  test.each([
    'OPS-1/../admin',
    'OPS-1/../../tickets/admin',
    '..',
    '.',
    '%2e%2e/admin',
    'OPS-1%2f..%2fadmin',
    '../admin',
    'admin?x=1',
    'OPS-1#',
    'OPS-1^ORnumber=TASK0001',
    'TASK0001^ORactive=true',
    'OPS-9" OR key = "OPS-1',
    '//evil.example/OPS-1',
    '@evil.example',
    'OPS-1\\..\\admin',
    '\ud800',
    '',
  ])('is not led elsewhere by %j', async (ticket) => {
    const before = server.asked.length;
    expect((await look(serviceOf(type), ticket)).answer).toEqual({ state: 'missing' });
    for (const path of server.asked.slice(before)) {
      expect(path).toMatch(/^(\/rest\/api\/2\/issue\/[^/?#]+\?fields=status,assignee|\/tickets\/[^/?#]+)$/);
    }
  });
});

test('a moved ticket is not the one that was named', async () => {
  const moved = await answering(() =>
    JSON.stringify({ key: 'NEW-1', fields: { status: { statusCategory: { key: 'new' } } } }),
  );
  expect((await look(serviceOf('jira', { url: moved.origin }), 'OPS-1')).answer).toEqual({ state: 'missing' });
  await moved.close();
});

describe('a service that does not answer as it should is unavailable', () => {
  test.each([
    ['no JSON', 200, 'hello'],
    ['a list', 200, '[]'],
    ['a member twice', 200, '{"key": "OPS-1", "key": "OPS-2"}'],
    ['without a state', 200, '{"key": "OPS-1", "fields": {}}'],
    ['an error', 500, '{}'],
    ['no permission', 403, '{}'],
    ['a redirect', 302, '{}'],
    ['more than 256 KiB', 200, JSON.stringify({ key: 'OPS-1', padding: 'x'.repeat(256 * 1024) })],
  ])('%s', async (_what, status, body) => {
    const service = await answering(() => body, status);
    const { answer, unavailable } = await look(serviceOf('jira', { url: service.origin }), 'OPS-1');
    expect(answer).toBe('unavailable');
    expect(unavailable).toHaveLength(1);
    await service.close();
  });

  test('a generic one without a state', async () => {
    const service = await answering(() => '{"status": {"name": 7}}');
    const url = `${service.origin}/{ticket}`;
    expect((await look(serviceOf('generic', { url }), 'OPS-1')).answer).toBe('unavailable');
    await service.close();
  });

  test('no answer in time', async () => {
    const silent = createServer(() => undefined);
    const port = await listenOnLoopback(silent, 0);
    const tickets = ticketServices([serviceOf('jira', { url: `http://127.0.0.1:${port}` })], {
      resolveSecret: () => Promise.resolve(TOKEN),
      onUnavailable: () => undefined,
      fetchBytes: boundedFetch({ maxBytes: 1024, timeoutMs: 50 }),
    });
    expect(await tickets.look('it', 'OPS-1')).toBe('unavailable');
    await closeServer(silent);
  });

  test('nobody there, a secret that cannot be had, or a service that access.yml does not name', async () => {
    expect((await look(serviceOf('jira', { url: 'http://127.0.0.1:1' }), 'OPS-1')).answer).toBe('unavailable');
    const tickets = ticketServices([serviceOf('jira')], {
      resolveSecret: () => Promise.reject(new Error('no such parameter')),
      onUnavailable: () => undefined,
    });
    expect(await tickets.look('it', 'OPS-1')).toBe('unavailable');
    expect(await tickets.look('another', 'OPS-1')).toBe('unavailable');
  });
});

const answering = async (body: () => string, status = 200) => {
  const one = createServer((_request, response) => {
    response.writeHead(status, { location: `${server.origin}/rest/api/2/issue/OPS-1` }).end(body());
  });
  const port = await listenOnLoopback(one, 0);
  return { origin: `http://127.0.0.1:${port}`, close: () => closeServer(one) };
};
