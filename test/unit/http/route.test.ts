import { describe, expect, test } from '@jest/globals';
import { api } from '../../../lib/http/api.ts';
import { signinRoutes } from '../../../lib/http/contract/signin.ts';
import { httpEvent } from '../../support/events.ts';
import { silentLogger } from '../../support/logger.ts';
import { ORIGIN, REQUEST_ID, authenticate, bearer, stubApi } from './stub-api.ts';

const { call } = stubApi();

describe('routes', () => {
  test.each(['POST /v1/nothing', 'DELETE /v1/requests', '__proto__', 'constructor', ''])(
    'a route key that no contract has, %p, is not found',
    async (routeKey) => {
      expect((await call({ routeKey, headers: bearer })).code).toBe('not_found');
    },
  );

  test('a route of another function is not found here', async () => {
    const handler = api({
      contract: signinRoutes,
      routes: { 'GET /v1/me': () => Promise.resolve({ status: 200, json: {} }) },
      authenticate,
      origin: ORIGIN,
      logger: silentLogger,
    });
    expect((await handler(httpEvent({ path: '/v1/me', headers: bearer }))).statusCode).toBe(200);
    expect((await handler(httpEvent({ path: '/v1/entitlements', headers: bearer }))).statusCode).toBe(404);
  });
});

describe('request ids in the path', () => {
  const read = (id: string) => call({ routeKey: 'GET /v1/requests/{id}', pathParameters: { id }, headers: bearer });

  test('a well-formed id reaches the handler', async () => {
    expect((await read(REQUEST_ID)).json['path']).toEqual({ id: REQUEST_ID });
  });

  test.each([
    'r_abcdefghijklmnopqrstuvwxyz',
    'r_ABCDEFGHIJKLMNOPQRSTUVWXY',
    'r_ABCDEFGHIJKLMNOPQRSTUVWXYZA',
    'r_ABCDEFGHIJKLMNOPQRSTUVWXY1',
    `${REQUEST_ID}\n`,
    'refusals#r_ABC',
    '../r_ABC',
    '__proto__',
    '',
  ])('%p is not found, like any other that is not there', async (id) => {
    expect((await read(id)).code).toBe('not_found');
  });

  test('an id that is not there at all is not found', async () => {
    expect((await call({ routeKey: 'GET /v1/requests/{id}', pathParameters: {}, headers: bearer })).code).toBe(
      'not_found',
    );
  });
});
