import fc from 'fast-check';
import type { RouteKey } from '../../lib/http/api.ts';
import { contract } from '../../lib/http/contract.ts';
import type { InputSchema, RouteContract } from '../../lib/http/route-contract.ts';
import { type WayIn, onTheWayIn, waysIn } from './ways-in.ts';
import { nasty, nearlyTaken, strangeJson, taken } from '../support/arbitraries.ts';

/** Those whom the broker knows, by what they present. */
export interface Known {
  readonly bearers: readonly string[];
  readonly expired: string;
  readonly cookie: { readonly token: string; readonly csrf: string };
  /** What `{id}` of this route may be. */
  readonly ids: readonly string[];
  readonly origin: string;
  /** What would sign somebody in, once each: forms of `POST /oauth/token` and of the logout of a provider, and what a browser brings to `GET /oidc/callback`. */
  readonly exchanges: readonly Record<string, string>[];
  readonly callbacks: readonly { readonly query: string; readonly cookies: readonly string[] }[];
  /** The same by SAML: forms of `POST /saml/acs`, and what a browser brings to `GET /saml/finish`. */
  readonly samlResponses: readonly string[];
  readonly tickets: Known['callbacks'];
  /** Calls of this route that are all as they should be, about what is there. */
  readonly honest: readonly WayIn[];
}

/** An event of payload format 2.0 for this route: valid, nearly valid, or nothing of the kind. */
export const eventsOf = (key: RouteKey, known: Known): fc.Arbitrary<object> => {
  const ways = waysIn(key, known);
  return ways.length === 0
    ? anyEvent(key, known)
    : fc.oneof({ weight: 4, arbitrary: anyEvent(key, known) }, { weight: 1, arbitrary: onTheWayIn(key, ways) });
};

const anyEvent = (key: RouteKey, known: Known): fc.Arbitrary<object> => {
  const route: RouteContract = contract[key];
  const [method = 'GET', pattern = '/'] = key === '$default' ? ['GET', '/'] : key.split(' ');
  const anything = fc.record({
    method: fc.oneof({ weight: 20, arbitrary: fc.constant(method) }, fc.constantFrom('GET', 'HEAD', 'PUT', 'x')),
    id: idsOf(known),
    query: queriesOf(route),
    body: bodiesOf(route),
    caller: callersOf(known),
    headers: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: oddHeaders }),
  });
  const tidy = fc.record({
    method: fc.constant(method),
    id: known.ids.length > 0 ? fc.constantFrom(...known.ids) : fc.constant(''),
    query: route.query ? tidyQuery(route.query()) : fc.constant(''),
    body: route.body ? tidyBody(route.accepts, route.body()) : fc.constant(NO_BODY),
    caller: bearerOf(known),
    headers: fc.constant({}),
  });
  return fc
    .oneof({ weight: 3, arbitrary: anything }, { weight: 1, arbitrary: tidy })
    .map((parts) => eventOf(key, pattern, parts));
};

interface Parts {
  readonly method: string;
  readonly id: string;
  readonly query: string;
  readonly body: Body;
  readonly caller: Caller;
  readonly headers: Record<string, string>;
}

const eventOf = (key: RouteKey, pattern: string, { method, id, query, body, caller, headers }: Parts): object => {
  const rawPath = pattern.replace('{id}', encodeURIComponent(id.toWellFormed()));
  return {
    version: '2.0',
    routeKey: key,
    rawPath,
    rawQueryString: query,
    headers: { host: 'hatcheck.example.com', ...body.headers, ...caller.headers, ...headers },
    ...(caller.cookies ? { cookies: caller.cookies } : {}),
    ...(pattern.includes('{id}') ? { pathParameters: { id } } : {}),
    requestContext: {
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: key,
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'fuzz' },
    },
    ...(body.text === undefined ? {} : { body: body.text }),
    isBase64Encoded: body.isBase64Encoded,
  };
};

const idsOf = ({ ids }: Known): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...ids, 'r_') },
    { weight: 1, arbitrary: fc.stringMatching(/^r_[A-Z2-7]{26}$/) },
    { weight: 1, arbitrary: fc.constantFrom('r_', `r_${'A'.repeat(4000)}`, 'r_aaaaaaaaaaaaaaaaaaaaaaaaaa') },
    { weight: 1, arbitrary: nasty },
  );

const queriesOf = ({ query }: RouteContract): fc.Arbitrary<string> => {
  const odd = fc.oneof(
    fc.constantFrom(
      'limit=1&limit=2',
      '&&&',
      '=',
      'a',
      'cursor=',
      'cursor=e30',
      'cursor=WyJhIiwiYiJd',
      '%E0%A4%A',
      'x=%00',
    ),
    fc.constantFrom(
      '__proto__=1',
      'limit=0',
      'limit=201',
      'limit=1e2',
      'limit=%31',
      'as=auditor',
      `cursor=${'A'.repeat(9000)}`,
    ),
    nasty,
  );
  return query
    ? fc.oneof(
        { weight: 5, arbitrary: tidyQuery(query()) },
        { weight: 1, arbitrary: nearlyTaken(query()).map(queryOf) },
        { weight: 1, arbitrary: odd },
      )
    : odd;
};

const queryOf = (fields: Record<string, unknown>): string => formOf(fields, (value) => String(value === null));
const tidyQuery = (schema: InputSchema): fc.Arbitrary<string> => taken(schema).map(queryOf);

interface Body {
  readonly text?: string;
  readonly headers: Record<string, string>;
  readonly isBase64Encoded: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const MEGABYTE = 'x'.repeat(1024 * 1024);

const bodiesOf = ({ body, accepts }: RouteContract): fc.Arbitrary<Body> => {
  const odd: fc.Arbitrary<Body> = fc.record({
    text: fc.oneof(
      { weight: 12, arbitrary: strangeJson },
      { weight: 1, arbitrary: fc.constantFrom(MEGABYTE, JSON.stringify({ reason: MEGABYTE }), '{"a":'.repeat(10_000)) },
    ),
    headers: fc.oneof(fc.constantFrom(JSON_TYPE, FORM_TYPE, {}), oddTypes),
    isBase64Encoded: fc.boolean(),
  });
  if (!body) return fc.oneof({ weight: 2, arbitrary: fc.constant(NO_BODY) }, odd);
  const [write, other] = accepts.includes('json') ? [asJson, asForm] : [asForm, asJson];
  return fc.oneof(
    { weight: 3, arbitrary: tidyBody(accepts, body()) },
    { weight: 3, arbitrary: nearlyTaken(body()).map(write) },
    { weight: 1, arbitrary: nearlyTaken(body()).map(other) },
    { weight: 2, arbitrary: odd },
  );
};

const NO_BODY: Body = { headers: {}, isBase64Encoded: false };

const tidyBody = (accepts: RouteContract['accepts'], schema: InputSchema): fc.Arbitrary<Body> =>
  taken(schema).map(accepts.includes('json') ? asJson : asForm);

const asJson = (value: unknown): Body => ({ text: json(value), headers: JSON_TYPE, isBase64Encoded: false });

/** In base64, as API Gateway sends forms. */
const asForm = (fields: Record<string, unknown>): Body => ({
  text: Buffer.from(formOf(fields, json)).toString('base64'),
  headers: FORM_TYPE,
  isBase64Encoded: true,
});

const formOf = (fields: Record<string, unknown>, textOf: (value: unknown) => string): string =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : textOf(value),
    ]),
  ).toString();

/** `anything` holds what JSON cannot say. */
const json = (value: unknown): string => {
  try {
    return JSON.stringify(value, (_name, member: unknown) => (typeof member === 'bigint' ? `${member}` : member));
  } catch {
    return '{}';
  }
};

const oddTypes: fc.Arbitrary<Record<string, string>> = fc
  .oneof(
    fc.constantFrom(
      'text/plain',
      'application/json; charset=utf-16',
      'APPLICATION/JSON;charset="utf-8"',
      'application/jsonx',
    ),
    fc.constantFrom('multipart/form-data; boundary=x', 'application/json,text/plain', '*/*', ' '),
    nasty,
  )
  .map((type) => ({ 'content-type': type }));

interface Caller {
  readonly headers: Record<string, string>;
  readonly cookies?: readonly string[];
}

const bearerOf = ({ bearers }: Known): fc.Arbitrary<Caller> =>
  fc.constantFrom(...bearers).map((token) => ({ headers: { authorization: `Bearer ${token}` } }));

const callersOf = (known: Known): fc.Arbitrary<Caller> => {
  const { bearers, expired, cookie, origin } = known;
  const ours: Caller = {
    headers: { origin, 'hatcheck-csrf': '1', 'sec-fetch-site': 'same-origin' },
    cookies: [`__Host-hatcheck=${cookie.token}`],
  };
  const [first = ''] = bearers;
  return fc.oneof(
    { weight: 5, arbitrary: bearerOf(known) },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Caller>(
        ours,
        { headers: {} },
        { ...ours, headers: {} },
        { ...ours, headers: { origin: 'https://example.com', 'hatcheck-csrf': '1' } },
        { ...ours, headers: { ...ours.headers, authorization: `Bearer ${first}` } },
        { headers: ours.headers, cookies: [`__Host-hatcheck=${first}`] },
        { headers: ours.headers, cookies: ['__Host-hatcheck=a', '__Host-hatcheck=b', 'x', '=', '__proto__=1'] },
        { headers: { authorization: `Bearer ${expired}` } },
        { headers: { authorization: `Bearer ${cookie.token}` } },
        { headers: { authorization: 'Basic dXNlcjpwYXNz' } },
        { headers: { authorization: `Bearer ${first},Bearer ${first}` } },
        { headers: { authorization: `Bearer ${first.slice(0, -1)}A` } },
      ),
    },
    { weight: 1, arbitrary: nasty.map((text): Caller => ({ headers: { authorization: text }, cookies: [text] })) },
  );
};

const oddHeaders: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      'Idempotency-Key',
      'idempotency-key',
      'accept',
      'origin',
      'x-forwarded-for',
      'X-HTTP-Method-Override',
    ),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'transfer-encoding',
      'if-none-match',
      'expect',
      'cookie',
      'hatcheck-csrf',
    ),
  ),
  fc.oneof(nasty, fc.constantFrom('key-1', 'k'.repeat(200), 'text/html', '*', 'DELETE', 'chunked')),
  { maxKeys: 3 },
);
