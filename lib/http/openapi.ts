import * as z from 'zod/mini';
import type { ErrorCode } from '../domain/errors.ts';
import { answers } from './answers.ts';
import { contract } from './contract.ts';
import { idPatternOf } from './path-ids.ts';
import { problems } from './problem.ts';
import type { RouteContract } from './route-contract.ts';

/**
 * The OpenAPI 3.1 document of the contract. It is made when the functions are built: nothing of this file belongs in one.
 * `$default`, the portal's pages, is no part of it.
 */
export const openApiDocument = (): object => ({
  openapi: '3.1.0',
  info: {
    title: 'Hatcheck',
    version: '1',
    description: 'Lends AWS roles: ask, be approved, get audited temporary credentials.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  paths: paths(),
  components: {
    schemas: { ...answerSchemas(), Problem: problemSchema(), OAuthError: oauthErrorSchema() },
    securitySchemes: {
      session: { type: 'apiKey', in: 'cookie', name: '__Host-hatcheck' },
      token: { type: 'http', scheme: 'bearer', description: 'An opaque token of POST /oauth/token.' },
    },
  },
});

type Routes = readonly (readonly [method: string, path: string, route: RouteContract])[];

const routes = (): Routes =>
  Object.entries(contract).flatMap(([key, route]) => {
    const [method = '', path] = key.split(' ');
    return path === undefined ? [] : [[method.toLowerCase(), path, route] as const];
  });

const paths = (): object => {
  const byPath: Record<string, Record<string, object>> = {};
  for (const [method, path, route] of routes()) (byPath[path] ??= {})[method] = operation(method, path, route);
  return byPath;
};

const operation = (method: string, path: string, route: RouteContract): object => ({
  operationId: route.operationId,
  summary: route.summary,
  tags: [route.function],
  security: route.caller === 'principal' ? [{ session: [] }, { token: [] }] : [],
  parameters: parameters(method, path, route),
  ...(route.body && route.accepts.length > 0 ? { requestBody: requestBody(route.body, route) } : {}),
  responses: { ...successes(route), ...refusals(method, path, route) },
});

const parameters = (method: string, path: string, route: RouteContract): object[] => [
  ...(path.includes('{id}')
    ? [parameter('path', 'id', { type: 'string', pattern: idPatternOf(path).source }, true)]
    : []),
  ...queryParameters(route),
  ...(route.idempotencyKey
    ? [parameter('header', 'Idempotency-Key', { type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,128}$' })]
    : []),
  ...(changesState(method) && route.csrf !== 'exempt'
    ? [parameter('header', 'Hatcheck-CSRF', { const: '1', description: 'With the session cookie.' })]
    : []),
];

const parameter = (place: string, name: string, schema: object, required = false): object => ({
  name,
  in: place,
  required,
  schema,
});

const queryParameters = ({ query }: RouteContract): object[] => {
  if (!query) return [];
  const { properties = {}, required = [] } = schemaOf(query(), 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => parameter('query', name, schema, required.includes(name)));
};

const MEDIA_TYPES = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

const requestBody = (body: () => z.ZodMiniType, { accepts, bodyRequired, csrf }: RouteContract): object => {
  const json = schemaOf(body(), 'input') as { properties?: object };
  // The field that proves a form to be ours is the edge's own: the route's schema does not know it.
  const form = csrf === 'exempt' ? json : { ...json, properties: { ...json.properties, csrf: { type: 'string' } } };
  const schemas = { json, form };
  return {
    required: bodyRequired,
    content: Object.fromEntries(accepts.map((type) => [MEDIA_TYPES[type], { schema: schemas[type] }])),
  };
};

const EMPTY_ANSWERS: Readonly<Record<string, string>> = {
  page: 'A page.',
  redirect: 'Where to go next, in Location.',
  empty: 'Nothing new.',
};

const successes = ({ answers: shapes }: RouteContract): object =>
  Object.fromEntries(
    Object.entries(shapes).map(([status, shape]) => [
      status,
      shape in EMPTY_ANSWERS
        ? { description: EMPTY_ANSWERS[shape] }
        : { description: shape, content: { 'application/json': { schema: ref(shape) } } },
    ]),
  );

const refusals = (method: string, path: string, route: RouteContract): object => {
  const byStatus = Object.groupBy(codesOf(method, path, route), (code) => String(problems[code].status));
  const content =
    route.errors === 'oauth'
      ? { 'application/json': { schema: ref('OAuthError') } }
      : {
          'application/problem+json': { schema: ref('Problem') },
          ...(route.page && { 'text/html': { schema: { type: 'string' } } }),
        };
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes = []]) => [status, { description: codes.join(', '), content }]),
  );
};

/** A route's own codes, and those that follow from what it takes and who may call it. */
const codesOf = (method: string, path: string, route: RouteContract): ErrorCode[] => {
  const codes: ErrorCode[] = ['invalid_input', 'too_large', 'internal', ...route.codes];
  if (route.caller === 'principal') codes.push('not_signed_in', 'session_expired', 'invalid_token');
  if (changesState(method) && route.csrf !== 'exempt') codes.push('cross_origin', 'csrf_missing');
  if (route.accepts.length > 0) codes.push('unsupported_media_type');
  if (path.includes('{id}')) codes.push('not_found');
  return [...new Set(codes)].sort();
};

const changesState = (method: string): boolean => method !== 'get';

const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });

const answerSchemas = (): object =>
  Object.fromEntries(Object.entries(answers).map(([name, shape]) => [name, schemaOf(shape(), 'output')]));

const schemaOf = (schema: z.ZodMiniType, io: 'input' | 'output'): object =>
  Object.fromEntries(Object.entries(z.toJSONSchema(schema, { io })).filter(([name]) => name !== '$schema'));

/** RFC 9457. */
const problemSchema = (): object => ({
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'instance'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { enum: Object.keys(problems) },
    instance: { type: 'string', format: 'uri' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: {
            type: 'string',
            description: 'A JSON Pointer; ? and a name for a query parameter; a header’s name.',
          },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
    loginUrl: { type: 'string', format: 'uri-reference' },
  },
});

/** RFC 6749 §5.2. */
const oauthErrorSchema = (): object => ({
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
});
