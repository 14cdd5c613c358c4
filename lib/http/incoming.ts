import { isIP } from 'node:net';
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
  const context = valueAt(event, 'requestContext');
  const http = valueAt(context, 'http');
  const cookies = valueAt(event, 'cookies');
  const headers = textsOf(valueAt(event, 'headers'), (name) => name.toLowerCase());
  return {
    routeKey: textAt(event, 'routeKey'),
    method: textAt(http, 'method').toUpperCase(),
    rawPath: textAt(event, 'rawPath'),
    sourceIp: viewerAddress(context, headers) ?? textAt(http, 'sourceIp'),
    rawQueryString: textAt(event, 'rawQueryString'),
    headers,
    cookies: Array.isArray(cookies) ? cookies.filter((cookie) => typeof cookie === 'string') : [],
    pathParameters: textsOf(valueAt(event, 'pathParameters')),
    body: textAt(event, 'body'),
    isBase64Encoded: valueAt(event, 'isBase64Encoded') === true,
  };
};

/** As docs/operations.md has whoever sets up an edge name its certificate. */
const EDGE = /(?:^|,)\s*CN=hatcheck-edge\s*(?:,|$)/;

/**
 * Whose call the edge says that it is: what API Gateway saw is then one of CloudFront's addresses. NB. Nobody else is believed, and no header that a
 * caller may write (X-Forwarded-For, Forwarded): the certificate was verified before there was a call, and what stands in the event of it is API Gateway's.
 */
const viewerAddress = (context: unknown, headers: Readonly<Record<string, string>>): string | undefined => {
  const certificate = valueAt(valueAt(context, 'authentication'), 'clientCert');
  const address = headers['x-hatcheck-viewer'] ?? '';
  return EDGE.test(textAt(certificate, 'subjectDN')) && isIP(address) !== 0 ? address : undefined;
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
