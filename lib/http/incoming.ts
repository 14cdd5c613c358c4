import type { Fields } from './form.ts';

/** What is taken from an event. Nothing of it is trusted or checked yet, but each part is of the type it says. */
export interface Incoming {
  readonly routeKey: string;
  readonly method: string;
  readonly rawPath: string;
  readonly sourceIp: string;
  readonly rawQueryString: string;
  /** Names in lower case; a header that came twice is joined by commas, as API Gateway does. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies: readonly string[];
  readonly pathParameters: Fields;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Reads a payload format 2.0 event, whatever it is: parts that are missing or of another type come out empty. */
export const readEvent = (event: unknown): Incoming => {
  const http = valueAt(valueAt(event, 'requestContext'), 'http');
  const cookies = valueAt(event, 'cookies');
  return {
    routeKey: textAt(event, 'routeKey'),
    method: textAt(http, 'method').toUpperCase(),
    rawPath: textAt(event, 'rawPath'),
    sourceIp: textAt(http, 'sourceIp'),
    rawQueryString: textAt(event, 'rawQueryString'),
    headers: textsOf(valueAt(event, 'headers'), (name) => name.toLowerCase()),
    cookies: Array.isArray(cookies) ? cookies.filter((cookie) => typeof cookie === 'string') : [],
    pathParameters: textsOf(valueAt(event, 'pathParameters')),
    body: textAt(event, 'body'),
    isBase64Encoded: valueAt(event, 'isBase64Encoded') === true,
  };
};

/** API Gateway's id of the call; `unknown` when there is none that may be repeated in a header. */
export const callIdOf = (event: unknown): string => {
  const id = textAt(valueAt(event, 'requestContext'), 'requestId');
  return /^[A-Za-z0-9_=+/-]{1,128}$/.test(id) ? id : 'unknown';
};

const valueAt = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;

const textAt = (value: unknown, name: string): string => {
  const text = valueAt(value, name);
  return typeof text === 'string' ? text : '';
};

const textsOf = (value: unknown, nameOf = (name: string): string => name): Record<string, string> => {
  const texts = Object.create(null) as Record<string, string>;
  if (typeof value !== 'object' || value === null) return texts;
  for (const [name, text] of Object.entries(value)) if (typeof text === 'string') texts[nameOf(name)] = text;
  return texts;
};
