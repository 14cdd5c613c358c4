import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod/mini';
import { answers } from '../../lib/http/answers.ts';
import type { RouteKey } from '../../lib/http/api.ts';
import { contract } from '../../lib/http/contract.ts';
import { problems } from '../../lib/http/problem.ts';
import type { RouteContract } from '../../lib/http/route-contract.ts';

const problemSchema = z.strictObject({
  type: z.string().check(z.startsWith('urn:hatcheck:error:')),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  errors: z.optional(z.array(z.strictObject({ pointer: z.string(), code: z.string(), detail: z.string() }))),
  loginUrl: z.optional(z.string().check(z.startsWith('/login'))),
});

/** RFC 6749 §5.2, RFC 8628 §3.5. */
const oauthSchema = z.strictObject({
  error: z.enum([
    'invalid_request',
    'invalid_client',
    'invalid_grant',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
    ...(['authorization_pending', 'slow_down', 'access_denied', 'expired_token'] as const),
    'server_error',
    'temporarily_unavailable',
  ]),
  error_description: z.optional(z.string()),
});

const REQUIRED_HEADERS = [
  ...['cache-control', 'content-security-policy', 'cross-origin-opener-policy', 'cross-origin-resource-policy'],
  ...[
    'permissions-policy',
    'referrer-policy',
    'strict-transport-security',
    'x-content-type-options',
    'x-frame-options',
  ],
];

/** What may follow from the route itself, besides its own codes. */
const COMMON = [
  ...['invalid_input', 'not_signed_in', 'session_expired', 'invalid_token', 'cross_origin', 'csrf_missing'],
  ...['not_found', 'too_large', 'unsupported_media_type'],
];

/** A line of a stack trace, a path of ours, or the words of a library. */
const TRACE = /\n\s+at |node_modules|\/lib\/|\.ts:\d+|ZodError|TypeError|SyntaxError|ConditionalCheck/;

/** What is wrong with an answer; empty when all is as it must be, whatever was sent. */
export const faultsOf = (key: RouteKey, answer: APIGatewayProxyStructuredResultV2): readonly string[] => {
  const { statusCode = 0, headers = {}, body = '' } = answer;
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
  return [
    ...REQUIRED_HEADERS.filter((name) => !named.has(name)).map((name) => `no ${name}`),
    ...[...named.keys()].filter((name) => name.startsWith('access-control-')).map((name) => `CORS: ${name}`),
    ...[...named].filter(([, value]) => /[\r\n\0]/.test(value)).map(([name]) => `control characters in ${name}`),
    // With nothing wrong but the input, nothing is unavailable either.
    ...(statusCode >= 500 ? [`answered ${statusCode}: ${body}`] : []),
    ...(statusCode >= 400
      ? faultsOfRefusal(contract[key], statusCode, named, body)
      : faultsOfSuccess(key, statusCode, named, body)),
  ];
};

const faultsOfRefusal = (
  route: RouteContract,
  status: number,
  headers: ReadonlyMap<string, string>,
  body: string,
): readonly string[] => {
  const json = parsed(body);
  const trace = TRACE.test(body) ? [`says too much: ${body}`] : [];
  if (route.errors === 'oauth')
    return [...trace, ...(oauthSchema.safeParse(json).success ? [] : [`no OAuth error: ${body}`])];
  if (route.page && headers.get('content-type') === 'text/html; charset=utf-8')
    return [...trace, ...faultsOfPage(status, body)];
  const { data } = problemSchema.safeParse(json);
  if (!data) return [...trace, `no problem document: ${body}`];
  const known = Object.entries(problems).find(([code]) => code === data.code)?.[1];
  return [
    ...trace,
    ...(headers.get('content-type') === 'application/problem+json' ? [] : ['the type of a problem document']),
    ...(known?.status === status && data.status === status ? [] : [`${status} for ${data.code}`]),
    ...([...COMMON, ...route.codes].includes(data.code) ? [] : [`${data.code} is not in the contract`]),
    ...(status !== 401 || headers.has('www-authenticate') ? [] : ['401 without WWW-Authenticate']),
    ...(status !== 429 || headers.has('retry-after') ? [] : ['429 without Retry-After']),
  ];
};

/** Tags of a refusal's page; anything else came in with the call. */
const TAGS =
  /^<(?:!doctype html|html lang="en"|meta (?:charset="utf-8"|name="viewport" content="width=device-width, initial-scale=1")|a href="\/(?:requests\/r_[A-Z2-7]{26})?"|\/?(?:html|title|style|main|h1|p|ul|li|small|code|a))>$/;

const faultsOfPage = (status: number, body: string): readonly string[] => {
  const codes = Object.entries(problems).filter(([code]) => body.includes(`<code>${code}</code>`));
  return [
    ...(codes.some(([, known]) => known.status === status) ? [] : [`a page without the code of its ${status}`]),
    ...(body.match(/<[^>]*>?/g) ?? []).filter((tag) => !TAGS.test(tag)).map((tag) => `a page with ${tag}`),
  ];
};

const faultsOfSuccess = (
  key: RouteKey,
  status: number,
  headers: ReadonlyMap<string, string>,
  body: string,
): readonly string[] => {
  const route: RouteContract = contract[key];
  const shape = route.answers[status];
  if (shape === undefined) return [`${status} is not in the contract`];
  if (shape === 'redirect')
    return isOwnOrKnown(headers.get('location')) ? [] : [`redirects to ${headers.get('location') ?? ''}`];
  if (shape === 'page' || shape === 'empty') return ACTIVE.test(body) ? ['a page with something active in it'] : [];
  const { error } = answers[shape]().safeParse(parsed(body));
  return error ? [`not the shape ${shape}: ${JSON.stringify(error.issues).slice(0, 500)}`] : [];
};

/** None of our pages has any of it but the portal's, whose script is a file. */
const ACTIVE = /<script|<iframe|javascript:|\son\w+\s*=/i;

/** On the broker itself, or to the identity provider or the console that stand in here: never where the caller said. */
const isOwnOrKnown = (location = ''): boolean =>
  /^\/(?![/\\])/.test(location) || /^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d+\//.test(location);

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};
