import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { HatcheckError, refuse } from '../../../lib/domain/errors.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { api } from '../../../lib/http/api.ts';
import type { Answer, CallerSession, Presented } from '../../../lib/http/api.ts';
import { contract } from '../../../lib/http/contract.ts';
import type { ApiParts } from '../../../lib/http/api.ts';
import { httpEvent } from '../../support/events.ts';
import type { HttpCall } from '../../support/events.ts';
import { recordingLogger } from '../../support/logger.ts';
import { isRouteKey } from '../../support/route-keys.ts';

export const ORIGIN = 'https://hatcheck.example.com';
export const CSRF = 'k7c9-the-hidden-field';
export const REQUEST_ID = 'r_ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const TOKEN = 'p_engineer.cookie-or-bearer';

export const principal: Principal = {
  handle: 'p_engineer',
  issuer: 'http://127.0.0.1:3001',
  subject: 'engineer',
  kind: 'person',
  groups: ['local-oidc:engineering'],
  groupsAt: '2026-11-22T09:00:00.000Z',
  authenticatedAt: '2026-11-22T09:00:00.000Z',
  methods: ['pwd'],
};

/** Knows one token; `expired` has a session that is over. */
export const authenticate = ({ via, token }: Presented): Promise<CallerSession> => {
  if (token === TOKEN)
    return Promise.resolve({ principal, via, tokenHash: 'hash', ...(via === 'cookie' ? { csrf: CSRF } : {}) });
  return Promise.reject(
    new HatcheckError(refuse(token === 'expired' ? 'session_expired' : 'invalid_token', 'no such')),
  );
};

type Handlers = Record<string, (call: never) => Promise<Answer>>;

/** What a call comes to: the checked input is what every stub route answers. */
export interface Outcome {
  readonly status: number;
  readonly code: string | undefined;
  readonly pointers: string[];
  readonly json: Record<string, unknown>;
  readonly result: APIGatewayProxyStructuredResultV2;
  readonly headers: Record<string, unknown>;
}

const echo = (call: { body: object; query: object; path: object; isFormPost: boolean }): Promise<Answer> =>
  Promise.resolve({
    status: 200,
    json: { body: call.body, query: call.query, path: call.path, isFormPost: call.isFormPost },
  });

/** An API whose routes all answer with their checked input, unless `routes` says otherwise. */
export const stubApi = (o: Partial<Omit<ApiParts, 'routes'>> & { routes?: Handlers } = {}) => {
  const log = recordingLogger();
  const everyRoute = Object.fromEntries(Object.keys(contract).map((key) => [key, echo]));
  const handler = api({
    contract,
    authenticate,
    origin: ORIGIN,
    logger: log.logger,
    ...o,
    routes: { ...everyRoute, ...o.routes },
  });
  const send = async (event: unknown): Promise<Outcome> => outcomeOf(await handler(event as never, {}));
  const handle = async (http: HttpCall, context: Parameters<typeof handler>[1]): Promise<Outcome> =>
    outcomeOf(await handler(httpEvent({ ...http, routeKey: routeKeyOf(http) }), context));
  const call = (http: HttpCall): Promise<Outcome> => send(httpEvent({ ...http, routeKey: routeKeyOf(http) }));
  return { call, send, log, handler: handle };
};

const routeKeyOf = ({ method = 'GET', path = '/', routeKey }: HttpCall): string => {
  if (routeKey !== undefined) return routeKey;
  const key = `${method} ${path.replace(/\?.*$/s, '').replace(/^(\/v1\/requests)\/[^/]+/, '$1/{id}')}`;
  return isRouteKey(key) ? key : '$default';
};

const outcomeOf = (result: APIGatewayProxyStructuredResultV2): Outcome => {
  const json = isJson(result) ? (JSON.parse(result.body ?? '') as Record<string, unknown>) : {};
  const errors = (json['errors'] ?? []) as { pointer: string; code: string }[];
  return {
    status: result.statusCode ?? 0,
    code: json['code'] as string | undefined,
    pointers: errors.map(({ pointer, code }) => `${pointer} ${code}`),
    json,
    result,
    headers: result.headers ?? {},
  };
};

const isJson = ({ headers }: APIGatewayProxyStructuredResultV2): boolean =>
  String(headers?.['content-type']).includes('json');

export const bearer = { authorization: `Bearer ${TOKEN}` };
export const cookies = [`__Host-hatcheck=${TOKEN}`];
/** What our own page sends besides the cookie. */
export const ownPage = { origin: ORIGIN, 'hatcheck-csrf': '1' };
