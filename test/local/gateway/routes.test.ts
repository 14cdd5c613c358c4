import { describe, expect, test } from '@jest/globals';
import { createRouter } from '../../../local/gateway/routes.ts';

const router = createRouter(
  [
    '$default',
    'GET /v1/requests',
    'GET /v1/requests/{id}',
    'POST /v1/requests/{id}/approve',
    'GET /v1/requests/mine',
    'ANY /v1/requests/{id}',
    'ANY /chatops/slack/{proxy+}',
    'POST /chatops/slack/commands',
  ].map((routeKey) => ({ routeKey, functionId: routeKey })),
);

describe('the router chooses as an HTTP API does', () => {
  test.each([
    ['GET', '/v1/requests', 'GET /v1/requests', {}],
    ['GET', '/v1/requests/mine', 'GET /v1/requests/mine', {}],
    ['GET', '/v1/requests/r_1', 'GET /v1/requests/{id}', { id: 'r_1' }],
    ['DELETE', '/v1/requests/r_1', 'ANY /v1/requests/{id}', { id: 'r_1' }],
    ['DELETE', '/v1/requests/mine', 'ANY /v1/requests/{id}', { id: 'mine' }],
    ['POST', '/v1/requests/r_1/approve', 'POST /v1/requests/{id}/approve', { id: 'r_1' }],
    ['POST', '/chatops/slack/commands', 'POST /chatops/slack/commands', {}],
    ['GET', '/chatops/slack/a/b', 'ANY /chatops/slack/{proxy+}', { proxy: 'a/b' }],
    ['GET', '/chatops/slack/', '$default', {}],
    ['GET', '/v1/requests/', '$default', {}],
    ['GET', '/v1/requests/r_1/', '$default', {}],
    ['HEAD', '/v1/requests', '$default', {}],
    ['GET', '/', '$default', {}],
  ])('%s %s reaches %s', (method, path, routeKey, pathParameters) => {
    expect(router(method, path)).toEqual({ routeKey, functionId: routeKey, pathParameters });
  });

  test('without $default an unknown path reaches nothing', () => {
    const only = createRouter([{ routeKey: 'GET /a', functionId: 'a' }]);
    expect(only('GET', '/b')).toBeUndefined();
    expect(only('POST', '/a')).toBeUndefined();
  });

  test('a greedy route is the last of the named ones', () => {
    const greedy = createRouter([
      { routeKey: 'GET /{proxy+}', functionId: 'greedy' },
      { routeKey: 'GET /{name}', functionId: 'variable' },
      { routeKey: '$default', functionId: 'default' },
    ]);
    expect(greedy('GET', '/x')?.functionId).toBe('variable');
    expect(greedy('GET', '/x/y')?.functionId).toBe('greedy');
    expect(greedy('POST', '/x')?.functionId).toBe('default');
  });

  test.each(['GET', 'get /a', '* /a', 'GET /{all+}/x', 'TRACE /a'])('the route key "%s" is refused', (routeKey) => {
    expect(() => createRouter([{ routeKey, functionId: 'f' }])).toThrow(TypeError);
  });

  test('the same route key twice is refused', () => {
    const twice = { routeKey: 'GET /a', functionId: 'f' };
    expect(() => createRouter([twice, twice])).toThrow(TypeError);
  });
});
