import { type JsonObject, jsonObject } from '../identity/strict-json.ts';
import { type BoundedFetch, boundedFetch } from './bounded-fetch.ts';

const MAX_ANSWER_BYTES = 256 * 1024;
const LIMITS = { maxDepth: 16, maxMembers: 10_000 };

/** What is needed to ask: tests hand in their own. */
export interface Asking {
  readonly resolveSecret: (reference: string) => Promise<string>;
  readonly fetchBytes?: BoundedFetch;
}

/** How the service is told who asks: the value of the Authorization header, made of the secret. */
export type Authorization = (token: string) => string;

export const bearer: Authorization = (token) => `Bearer ${token}`;

/** RFC 7617. */
export const basic =
  (user: string): Authorization =>
  (token) =>
    `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;

/**
 * Asks the service. The secret goes into a header, never into the address.
 *
 * @returns the JSON object that it answers; undefined when it says that there is no such thing (404)
 * @throws Error for every other answer, and for none within 3 s; its message holds neither the secret nor what was asked about
 */
export const askService = async (
  { resolveSecret, fetchBytes = boundedFetch({ maxBytes: MAX_ANSWER_BYTES }) }: Asking,
  url: URL,
  { token, authorization = bearer }: { readonly token?: string; readonly authorization?: Authorization },
): Promise<JsonObject | undefined> => {
  const headers = token === undefined ? {} : { authorization: authorization(await resolveSecret(token)) };
  const { status, bytes } = await fetchBytes(url, { headers });
  if (status === 404) return undefined;
  const json = status === 200 ? jsonObject(bytes, LIMITS) : undefined;
  if (!json) throw new Error(`${url.origin} answers ${status} without a JSON object that can be read`);
  return json;
};

/** One segment of a path that holds the text and nothing else; undefined where the text would be read as a way up or down. */
export const pathSegment = (text: string): string | undefined =>
  text === '' || text === '.' || text === '..' || !text.isWellFormed() ? undefined : encodeURIComponent(text);

/** The value at a JSON Pointer (RFC 6901), own members only; undefined where there is none. */
export const valueAt = (json: unknown, pointer: string): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Readonly<Record<string, unknown>>)[step]
          : undefined,
      json,
    );

/** A text that says something. */
export const textAt = (json: unknown, pointer: string): string | undefined => {
  const value = valueAt(json, pointer);
  return typeof value === 'string' && value !== '' ? value : undefined;
};
