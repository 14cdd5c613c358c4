import { secureUrl } from '../lib/config/web-address.ts';
import { Failure, notSignedIn, oneLine } from './failure.ts';
import { parseJson, text } from './json.ts';

/** Longer than the server's own deadline, so that its answer says what happened. */
export const CALL_TIMEOUT_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** The broker, by its origin: https, or http on a loopback address, since tokens and credentials travel to it. */
export const serverOrigin = (given: string): string => {
  const url = secureUrl(given);
  if (!url || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Failure(2, '--server must be an https address without a path, or http on a loopback address');
  return url.origin;
};

/** @throws Failure 4 when there is no answer. Whatever the server answered is returned, also a refusal. */
export const call = async (server: string, path: string, init: RequestInit): Promise<Answer> => {
  try {
    const response = await fetch(`${server}${path}`, {
      ...init,
      redirect: 'manual',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    return { status: response.status, body: parseJson(await response.text()) };
  } catch (cause) {
    throw new Failure(4, `${server} does not answer; is the address right, and are you on the network?`, { cause });
  }
};

export const withToken = (method: 'GET' | 'POST', accessToken: string): RequestInit => ({
  method,
  headers: { authorization: `Bearer ${accessToken}` },
});

/** What a refusal means for whoever typed the command. The server's own text says why (RFC 9457, `detail`). */
export const failureOf = (server: string, { status, body }: Answer): Failure => {
  const said = oneLine(text(body, 'detail') ?? text(body, 'error_description') ?? `it answered ${status}`);
  if (status === 401) return notSignedIn(server, 'the sign-in is over');
  if (status === 429) return new Failure(1, `refused for now: ${said}`);
  if (status >= 500) return new Failure(4, `${server} is failing: ${said}; try again in a moment`);
  return new Failure(1, `refused (${oneLine(text(body, 'code') ?? text(body, 'error') ?? String(status))}): ${said}`);
};
