import { type Server, createServer } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { runningTypes } from '../../../scripts/deploy/check-roll-back.ts';
import { openApiText } from '../../../scripts/openapi.ts';
import { EVENT_TYPES } from '../../../lib/domain/event-types.ts';
import { whatAnswers } from '../../../scripts/deploy/what-answers.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Pages = Readonly<Record<string, unknown>>;

/** Answers each path with what it has, 404 otherwise. @param pages of the n-th time that all were asked */
const serve = async (pages: (origin: string, time: number) => Pages): Promise<string> => {
  const times = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const time = (times.get(path) ?? 0) + 1;
    times.set(path, time);
    const page = pages(origin, time)[path];
    response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? {}));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return origin;
};

const right = (origin: string): Pages => ({
  '/healthz': { status: 'ok' },
  '/.well-known/oauth-authorization-server': { issuer: origin },
  '/.well-known/openid-configuration': { issuer: origin, jwks_uri: `${origin}/.well-known/jwks.json` },
});

const ONCE = { tries: 1, pauseMs: 0 };

describe('what was deployed', () => {
  test('answers as it should', async () => {
    const origin = await serve(right);
    expect(await whatAnswers({ origin, issuer: origin }, ONCE)).toStrictEqual([]);
  });

  test('is waited for', async () => {
    const origin = await serve((at, time) => (time < 3 ? {} : right(at)));
    expect(await whatAnswers({ origin, issuer: origin }, { tries: 3, pauseMs: 1 })).toStrictEqual([]);
    const slower = await serve((at, time) => (time < 3 ? {} : right(at)));
    expect(await whatAnswers({ origin: slower, issuer: slower }, { tries: 2, pauseMs: 1 })).toHaveLength(3);
  });

  test('is not something else that answers', async () => {
    const other = await serve(() => right('https://elsewhere.example.com'));
    expect(await whatAnswers({ origin: other, issuer: other }, ONCE)).toHaveLength(2);
    const page = await serve((at) => ({ ...right(at), '/healthz': '<html>' }));
    expect(await whatAnswers({ origin: page, issuer: page }, ONCE)).toHaveLength(1);
  });

  test('is missed where nobody listens', async () => {
    const origin = await serve(right);
    const issuer = await serve(right);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await whatAnswers({ origin, issuer }, ONCE)).toEqual([
      expect.stringContaining('/.well-known/openid-configuration does not answer (ECONNREFUSED)'),
    ]);
  });
});

describe('which events the version that runs may write', () => {
  test('stands in its OpenAPI document', async () => {
    const origin = await serve(() => ({ '/openapi.json': JSON.parse(openApiText()) as unknown }));
    expect((await runningTypes(origin)).toSorted()).toEqual(EVENT_TYPES.toSorted());
  });

  test('is not known of what answers otherwise, or not at all', async () => {
    expect(await runningTypes(await serve(() => ({ '/openapi.json': ['a', { b: null }] })))).toStrictEqual([]);
    expect(await runningTypes(await serve(() => ({})))).toStrictEqual([]);
    const gone = await serve(() => ({}));
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await runningTypes(gone)).toStrictEqual([]);
  });
});
