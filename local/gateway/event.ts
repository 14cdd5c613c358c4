import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteMatch } from './routes.ts';

/** What of an HTTP request the event is made of; an `IncomingMessage` is one. */
export interface GatewayRequest extends Pick<IncomingMessage, 'method' | 'url' | 'httpVersion' | 'rawHeaders'> {
  readonly socket: { readonly remoteAddress?: string | undefined; readonly localPort?: number | undefined };
}

export interface EventContext {
  readonly clock: () => Date;
  readonly requestId: string;
  /** The twelve digits of the account the event claims to come from. */
  readonly accountId?: string;
}

export interface Target {
  /** Percent-decoded: an HTTP API routes on, and hands out, the decoded path. */
  readonly path: string;
  readonly rawQueryString: string;
  readonly query: ReadonlyMap<string, string>;
}

/** Splits and decodes a request target; undefined when it is no origin-form or its percent-encoding is malformed. */
export const parseTarget = (url: string): Target | undefined => {
  if (!url.startsWith('/')) return undefined;
  const mark = url.indexOf('?');
  const rawQueryString = mark === -1 ? '' : url.slice(mark + 1);
  try {
    const path = decodeURIComponent(mark === -1 ? url : url.slice(0, mark));
    return { path, rawQueryString, query: parseQuery(rawQueryString) };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
};

const parseQuery = (raw: string): Map<string, string> => {
  const query = new Map<string, string>();
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decodeQueryPart(equals === -1 ? pair : pair.slice(0, equals));
    append(query, name, equals === -1 ? '' : decodeQueryPart(pair.slice(equals + 1)));
  }
  return query;
};

const decodeQueryPart = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** Payload format 2.0 has no multi-value fields: doubles are combined with commas. */
const append = (fields: Map<string, string>, name: string, value: string): void => {
  const before = fields.get(name);
  fields.set(name, before === undefined ? value : `${before},${value}`);
};

/**
 * The payload format 2.0 event of a request, as API Gateway makes it ("AWS Lambda integrations for HTTP APIs").
 * Pure. Throws a TypeError when the request's target is malformed: `parseTarget` says so beforehand.
 */
export const toEvent = (
  request: GatewayRequest,
  body: Buffer,
  match: RouteMatch,
  context: EventContext,
): APIGatewayProxyEventV2 => {
  const target = parseTarget(request.url ?? '/');
  if (!target) throw new TypeError('malformed request target');
  const { headers, cookies } = readHeaders(request, body);
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: target.path,
    rawQueryString: target.rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(target.query.size > 0 && { queryStringParameters: Object.fromEntries(target.query) }),
    requestContext: requestContext(request, target, headers, match, context),
    ...(Object.keys(match.pathParameters).length > 0 && { pathParameters: { ...match.pathParameters } }),
    ...encodeBody(headers['content-type'], body),
  };
};

const readHeaders = (request: GatewayRequest, body: Buffer) => {
  const fields = new Map<string, string>();
  const cookies: string[] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] ?? '').toLowerCase();
    const value = request.rawHeaders[i + 1] ?? '';
    if (name === 'cookie') cookies.push(...splitCookies(value));
    else if (!HOP_BY_HOP.has(name)) append(fields, name, value);
  }
  if (!fields.has('content-length')) fields.set('content-length', String(body.length));
  append(fields, 'x-forwarded-for', sourceIp(request));
  fields.set('x-forwarded-port', String(request.socket.localPort ?? 80));
  fields.set('x-forwarded-proto', 'http');
  return { headers: Object.fromEntries(fields), cookies };
};

/** Fields of one connection, which a gateway consumes (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'upgrade', 'proxy-connection']);

const splitCookies = (header: string): string[] =>
  header
    .split(';')
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');

const sourceIp = (request: GatewayRequest): string => request.socket.remoteAddress ?? '127.0.0.1';

const requestContext = (
  request: GatewayRequest,
  target: Target,
  headers: Record<string, string>,
  match: RouteMatch,
  context: EventContext,
): APIGatewayProxyEventV2['requestContext'] => {
  const domainName = (headers['host'] ?? '').replace(/:\d+$/, '');
  const now = context.clock();
  return {
    accountId: context.accountId ?? '111122223333',
    apiId: 'local',
    domainName,
    domainPrefix: domainName.split('.')[0] ?? '',
    http: {
      method: request.method ?? 'GET',
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: sourceIp(request),
      userAgent: headers['user-agent'] ?? '',
    },
    requestId: context.requestId,
    routeKey: match.routeKey,
    stage: '$default',
    time: commonLogTime(now),
    timeEpoch: now.getTime(),
  };
};

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `22/Nov/2026:06:24:00 +0000`, as in `$context.requestTime`. */
const commonLogTime = (at: Date): string => {
  const [year = '', month = '', day = ''] = at.toISOString().slice(0, 10).split('-');
  return `${day}/${MONTHS[Number(month) - 1] ?? ''}/${year}:${at.toISOString().slice(11, 19)} +0000`;
};

/**
 * The documentation says only that binary bodies are base64; observed on AWS, text are exactly these types, and all
 * else is binary, forms and a missing content type too.
 */
const TEXT_TYPE = /^(?:text\/.*|application\/(?:json|xml|javascript))$/i;

const encodeBody = (
  contentType: string | undefined,
  body: Buffer,
): Pick<APIGatewayProxyEventV2, 'body' | 'isBase64Encoded'> => {
  if (body.length === 0) return { isBase64Encoded: false };
  const mediaType = (contentType ?? '').split(';')[0]?.trim() ?? '';
  return TEXT_TYPE.test(mediaType)
    ? { body: body.toString('utf8'), isBase64Encoded: false }
    : { body: body.toString('base64'), isBase64Encoded: true };
};
