import type { APIGatewayProxyEventV2 } from 'aws-lambda';

export interface HttpCall {
  readonly method?: string;
  /** With its query: `/v1/requests?limit=2`. */
  readonly path?: string;
  /** By default method and path; a route with parameters must say so: `GET /v1/requests/{id}`. */
  readonly routeKey?: string;
  readonly pathParameters?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly cookies?: string[];
  /** An object is sent as JSON, with the content type unless `headers` has one; `form` and text go as they are. */
  readonly body?: object | string;
  /** Sent as a form, in base64 as API Gateway does. */
  readonly form?: Record<string, string> | string;
  readonly isBase64Encoded?: boolean;
  readonly requestId?: string;
  readonly sourceIp?: string;
}

/** A payload format 2.0 event, as API Gateway makes it. */
export const httpEvent = (call: HttpCall): APIGatewayProxyEventV2 => {
  const { method = 'GET', path = '/', cookies, requestId = 'JKJaXmPLvHcESHA=', sourceIp = '192.0.2.1' } = call;
  const [rawPath = '/', rawQueryString = ''] = path.split(/\?(.*)/s);
  const routeKey = call.routeKey ?? `${method} ${rawPath}`;
  const { body, type, isBase64Encoded } = bodyOf(call);
  const pathParameters = call.pathParameters ?? pathParametersOf(routeKey, rawPath);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies ? { cookies } : {}),
    headers: {
      host: 'hatcheck.example.com',
      ...(type === undefined ? {} : { 'content-type': type }),
      ...Object.fromEntries(Object.entries(call.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value])),
    },
    ...(rawQueryString === ''
      ? {}
      : { queryStringParameters: Object.fromEntries(new URLSearchParams(rawQueryString)) }),
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    requestContext: {
      accountId: '111122223333',
      apiId: 'local',
      domainName: 'hatcheck.example.com',
      domainPrefix: 'hatcheck',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp, userAgent: 'test' },
      requestId,
      routeKey,
      stage: '$default',
      time: '22/Nov/2026:10:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 22, 10),
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded,
  };
};

const bodyOf = ({ body, form, isBase64Encoded }: HttpCall) => {
  if (form !== undefined)
    return {
      body: Buffer.from(typeof form === 'string' ? form : new URLSearchParams(form).toString()).toString('base64'),
      type: 'application/x-www-form-urlencoded',
      isBase64Encoded: true,
    };
  if (body === undefined) return { isBase64Encoded: false };
  if (typeof body === 'object') return { body: JSON.stringify(body), type: 'application/json', isBase64Encoded: false };
  return { body, isBase64Encoded: isBase64Encoded ?? false };
};

/** The values of `{names}` in a route key, from a path of the same form. */
const pathParametersOf = (routeKey: string, rawPath: string): Record<string, string> => {
  const pattern = (routeKey.split(' ')[1] ?? '').split('/');
  const parts = rawPath.split('/');
  return Object.fromEntries(
    pattern.flatMap((segment, i) => {
      const name = /^\{(\w+)\}$/.exec(segment)?.[1];
      return name === undefined ? [] : [[name, decodeURIComponent(parts[i] ?? '')]];
    }),
  );
};
