import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { providerFetch } from '../../../lib/identity/provider-fetch.ts';
import { type OidcServer, startOidcServer } from '../../support/oidc-server.ts';

let server: OidcServer;

beforeEach(async () => {
  server = await startOidcServer();
});
afterEach(() => server.close());

const answering = (status: number, body: string): Promise<unknown> => {
  server.behaviour.answer = (response) => void response.writeHead(status).end(body);
  return providerFetch()(new URL(`${server.issuer}/a?secret=b`));
};

const unavailable = { name: 'ProviderUnavailable', cause: expect.anything() };

test('what a provider answers comes with its status, whatever that is', async () => {
  await expect(answering(200, '{"a":1}')).resolves.toEqual({ status: 200, json: { a: 1 } });
  await expect(answering(400, '{"error":"invalid_grant"}')).resolves.toMatchObject({ status: 400 });
});

test.each(['', '[]', 'null', '<html>', '{"a":1,"a":2}', `{"a":"${'x'.repeat(1024 * 1024)}"}`])(
  'what is no JSON object of a mebibyte is no answer: %#',
  async (body) => {
    await expect(answering(200, body)).rejects.toMatchObject(unavailable);
  },
);

test('an object of a mebibyte, sixteen deep or of ten thousand members is one, and no more', async () => {
  const filled = (bytes: number) => `{"a":"${'x'.repeat(bytes - 8)}"}`;
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const wide = (members: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: members }, (_, index) => [index, 0])));
  for (const body of [filled(1024 * 1024), nested(16), wide(10_000)])
    await expect(answering(200, body)).resolves.toMatchObject({ status: 200 });
  for (const body of [filled(1024 * 1024 + 1), nested(17), wide(10_001)])
    await expect(answering(200, body)).rejects.toMatchObject(unavailable);
});

test('one that does not answer is waited for as long as was said, and the words about it hold no secret', async () => {
  server.behaviour.answer = () => undefined;
  const began = performance.now();
  const asked = providerFetch(100)(new URL(`${server.issuer}/a?secret=b`));
  await expect(asked).rejects.toMatchObject({ ...unavailable, message: expect.not.stringContaining('secret') });
  expect(performance.now() - began).toBeLessThan(10_000);
});
