import { type IncomingMessage, createServer } from 'node:http';
import { describe, expect, test } from '@jest/globals';
import { onCallSources } from '../../../lib/outbound/on-call-sources.ts';
import type { OnCallService, OnCallSource } from '../../../lib/outbound/ports.ts';
import { closeServer, listenOnLoopback } from '../../../local/gateway/loopback.ts';
import { noon } from '../../support/builders.ts';
import { memoryClock } from '../../support/memory.ts';

const PAGERDUTY = { oncalls: [{ user: { email: 'ann@example.com' } }, { user: { name: 'no address' } }] };
const OPSGENIE = { data: { onCallRecipients: ['ann@example.com'] } };
const OF = {
  pagerduty: {
    body: PAGERDUTY,
    path: '/oncalls?schedule_ids%5B%5D=P1&include%5B%5D=users&limit=100',
    auth: 'Token token=t0ken',
  },
  opsgenie: { body: OPSGENIE, path: '/v2/schedules/P1/on-calls?flat=true', auth: 'GenieKey t0ken' },
} as const;

const serving = async (answer: () => { status?: number; body: unknown }) => {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    const { status = 200, body } = answer();
    response.writeHead(status).end(JSON.stringify(body));
  });
  const port = await listenOnLoopback(server, 0);
  return { seen, url: `http://127.0.0.1:${port}/`, close: () => closeServer(server) };
};

const ISSUER = 'https://idp.example.com';

const sourcesOf = (sources: readonly OnCallSource[], clock = memoryClock()) => {
  const failures: unknown[] = [];
  const onCall = onCallSources(sources, {
    clock,
    resolveSecret: () => Promise.resolve('t0ken'),
    onUnavailable: (_id, cause) => failures.push(cause),
  });
  return { onCall, failures, clock };
};

const service = (type: OnCallService['type'], url: string): OnCallService => ({
  ...{ id: 'sre', issuer: ISSUER, type, url, token: 'env:ONCALL', schedule: 'P1' },
});

describe.each(['pagerduty', 'opsgenie'] as const)('%s', (type) => {
  const { body, path, auth } = OF[type];

  test('says who is on call, and is told who asks in a header', async () => {
    const server = await serving(() => ({ body }));
    const { onCall } = sourcesOf([service(type, server.url)]);
    expect(await onCall.emails('sre', ISSUER)).toEqual(['ann@example.com']);
    expect(server.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([[path, auth]]);
    await server.close();
  });

  test.each([
    ['fails', { status: 500, body: {} }],
    ['knows no such schedule', { status: 404, body: {} }],
    ['does not know us', { status: 401, body: {} }],
    ['says something else', { body: { oncalls: 'ann@example.com', data: {} } }],
  ])('has nobody on call when it %s', async (_what, answer) => {
    const server = await serving(() => answer);
    const { onCall, failures } = sourcesOf([service(type, server.url)]);
    expect(await onCall.emails('sre', ISSUER)).toStrictEqual([]);
    expect(failures).toHaveLength(1);
    expect(String(failures[0])).not.toContain('t0ken');
    await server.close();
  });
});

describe('a service', () => {
  test('is asked once a minute at most, however many want to know at once', async () => {
    const server = await serving(() => ({ body: PAGERDUTY }));
    const { onCall, clock } = sourcesOf([service('pagerduty', server.url)]);
    await Promise.all([onCall.emails('sre', ISSUER), onCall.emails('sre', ISSUER)]);
    clock.advance(59.999);
    await onCall.emails('sre', ISSUER);
    expect(server.seen).toHaveLength(1);
    clock.advance(0.001);
    await onCall.emails('sre', ISSUER);
    expect(server.seen).toHaveLength(2);
    await server.close();
  });

  test('that failed has nobody on call, not those of before, and is asked again in a few seconds', async () => {
    let up = true;
    const server = await serving(() => (up ? { body: PAGERDUTY } : { status: 500, body: {} }));
    const { onCall, clock } = sourcesOf([service('pagerduty', server.url)]);
    expect(await onCall.emails('sre', ISSUER)).toHaveLength(1);
    up = false;
    clock.advance(60);
    expect(await onCall.emails('sre', ISSUER)).toStrictEqual([]);
    up = true;
    clock.advance(4.999);
    expect(await onCall.emails('sre', ISSUER)).toStrictEqual([]);
    clock.advance(0.001);
    expect(await onCall.emails('sre', ISSUER)).toHaveLength(1);
    await server.close();
  });

  test('is asked again when the clock was set back by more than a minute', async () => {
    const server = await serving(() => ({ body: PAGERDUTY }));
    const { onCall, clock } = sourcesOf([service('pagerduty', server.url)]);
    await onCall.emails('sre', ISSUER);
    clock.set(noon(-3600));
    await onCall.emails('sre', ISSUER);
    expect(server.seen).toHaveLength(2);
    await server.close();
  });

  test('that access.yml does not name has nobody on call', async () => {
    expect(await sourcesOf([]).onCall.emails('sre', ISSUER)).toStrictEqual([]);
  });
});

test('attack: another identity provider’s people are on call for nothing, and nobody is asked about them', async () => {
  const server = await serving(() => ({ body: PAGERDUTY }));
  const { onCall } = sourcesOf([service('pagerduty', server.url)]);
  expect(await onCall.emails('sre', 'https://adfs.example.com/adfs/services/trust')).toStrictEqual([]);
  expect(server.seen).toStrictEqual([]);
  await server.close();
});

describe('a rota', () => {
  const rota: OnCallSource = {
    ...{ id: 'sre', issuer: ISSUER, type: 'rota', people: ['ann@example.com', 'ben@example.com'] },
    ...{ start: '2026-03-02T12:00', turnDays: 1, timezone: 'Etc/UTC' },
  };

  test('has whoever’s turn it is', async () => {
    const { onCall, clock } = sourcesOf([rota]);
    expect(await onCall.emails('sre', ISSUER)).toEqual(['ann@example.com']);
    clock.advance(86_400);
    expect(await onCall.emails('sre', ISSUER)).toEqual(['ben@example.com']);
    clock.set(noon(-1));
    expect(await onCall.emails('sre', ISSUER)).toStrictEqual([]);
  });
});
