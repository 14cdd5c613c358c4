import type * as z from 'zod/mini';
import { callPlatform, later, readAnswer } from '../platform-call.ts';
import { ChatError } from '../port.ts';
import { type BotAccessOptions, botAccess } from './bot-access.ts';

export type ConnectorOptions = Omit<BotAccessOptions, 'fetch'> & { readonly fetch?: typeof globalThis.fetch };

export interface ConnectorCall {
  /** How the log calls it. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  /** On the allow-list (`serviceAddress`): the token goes there. */
  readonly at: string;
  /** Below `/v3/conversations`. */
  readonly path: readonly string[];
  readonly body?: object;
}

export interface Connector {
  /** @throws ChatError for anything but success, and 404 where `absent` says that it is an answer; then it returns that */
  readonly send: <T>(call: ConnectorCall, read: (response: Response) => Promise<T>, absent?: T) => Promise<T>;
}

/** The Bot Connector's REST API, one call each. The token goes into a header and nowhere else. */
export const connector = (options: ConnectorOptions): Connector => {
  const { fetch = globalThis.fetch } = options;
  const access = botAccess({ ...options, fetch });
  return {
    send: async ({ name, method, at, path, body }, read, absent) => {
      const url = [at, 'v3', 'conversations', ...path.map(encodeURIComponent)].join('/');
      const headers = { authorization: `Bearer ${await access.token()}`, 'content-type': 'application/json' };
      const response = await callPlatform(
        { name, url, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) },
        fetch,
      );
      if (response.ok) return read(response);
      await response.body?.cancel();
      if (response.status === 404 && absent !== undefined) return absent;
      if (response.status === 401) access.forget();
      throw new ChatError(`${name}: ${response.status}`, mayPass(response) ? later(response) : { mayPass: false });
    },
  };
};

/** A token that ended early, and what Teams says to try again ("Rate limiting"); 429 and 5xx are thrown before. */
const mayPass = ({ status }: Response): boolean => status === 401 || status === 412;

/** @throws ChatError when the answer is not so */
export const answered =
  <T extends z.ZodMiniType>(name: string, schema: T) =>
  (response: Response): Promise<z.output<T>> =>
    readAnswer(name, response, (json) => schema.parse(json));
