/** An HTTP answer, ready to be written. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; several values become several header lines. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

/** What API Gateway itself says when it has no function's answer to give; never a problem document. */
export const gatewayAnswer = (status: number): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify({ message: GATEWAY_MESSAGES[status] ?? 'Internal Server Error' })),
});

const GATEWAY_MESSAGES: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  413: 'Request Entity Too Large',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** A function's answer may not exceed what Lambda returns synchronously: 6 MB. */
const LAMBDA_PAYLOAD_BYTES = 6 * 1024 * 1024;

/**
 * Reads what a function returned as payload format 2.0 does: an object with `statusCode` is a response; anything else
 * is 200 with the whole value as a JSON body (a string as it stands). What API Gateway could not read is its 500.
 */
export const toAnswer = (result: unknown): Answer => {
  const answer = isRecord(result) && 'statusCode' in result ? readResponse(result) : wholeBody(result);
  return answer.body.length > LAMBDA_PAYLOAD_BYTES ? gatewayAnswer(500) : answer;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const wholeBody = (result: unknown): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(typeof result === 'string' ? result : JSON.stringify(result ?? null)),
});

const readResponse = (result: Record<string, unknown>): Answer => {
  const status = result['statusCode'];
  const headers = readHeaders(result['headers'], result['cookies']);
  const body = readBody(result['body'], result['isBase64Encoded']);
  const sound = typeof status === 'number' && Number.isInteger(status) && status >= 200 && status <= 599;
  return sound && headers && body ? { status, headers, body } : gatewayAnswer(500);
};

/** What a gateway sets itself, whatever the function says. */
const GATEWAYS_OWN = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'date']);

const readHeaders = (given: unknown, cookies: unknown): Record<string, string | string[]> | undefined => {
  const headers = new Map<string, string | string[]>([['content-type', 'text/plain; charset=utf-8']]);
  if (given !== undefined && given !== null && !isRecord(given)) return undefined;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value === undefined) continue; // JSON would have dropped it on the way out of Lambda
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) || !FIELD_VALUE.test(String(value))) return undefined;
    if (!GATEWAYS_OWN.has(name.toLowerCase())) headers.set(name.toLowerCase(), String(value));
  }
  if (cookies === undefined || cookies === null) return Object.fromEntries(headers);
  if (!Array.isArray(cookies) || !cookies.every(isFieldValue)) return undefined;
  if (cookies.length > 0) headers.set('set-cookie', [...ownCookies(headers), ...cookies]);
  return Object.fromEntries(headers);
};

/** RFC 9110 §5.5: no control characters, so that no value can begin another header line. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const isFieldValue = (value: unknown): value is string => typeof value === 'string' && FIELD_VALUE.test(value);

const ownCookies = (headers: ReadonlyMap<string, string | string[]>): string[] => {
  const own = headers.get('set-cookie');
  return own === undefined ? [] : [own].flat();
};

const readBody = (body: unknown, isBase64Encoded: unknown): Buffer | undefined => {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (typeof body !== 'string') return undefined;
  return Buffer.from(body, isBase64Encoded === true ? 'base64' : 'utf8');
};
