import { secureUrl } from '../lib/config/web-address.ts';
import { Failure, notSignedIn, oneLine, unknownAnswer } from './failure.ts';
import { member, parseJson, text } from './json.ts';
import { meaningOf } from './problems.ts';

/** Longer than the server's own deadline, so that its answer says what happened. */
export const CALL_TIMEOUT_MS = 30_000;

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** When the server answered, by its own clock; milliseconds since the epoch, to the second. */
  readonly atMs?: number;
  readonly retryAfterSeconds?: number;
}

/** The version of the API that this command speaks (`info.version` of `/openapi.json`). */
const API_VERSION = 1;

/** The broker, by its origin: https, or http on a loopback address, since tokens and credentials travel to it. */
export const serverOrigin = (given: string): string => {
  const url = secureUrl(given);
  if (!url || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Failure(2, 'the server must be an https address without a path, or http on a loopback address', {
      next: 'say --server https://…, or HATCHECK_SERVER',
    });
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
    const { status, headers } = response;
    return { status, body: parseJson(await response.text()), ...timesIn(headers) };
  } catch (cause) {
    throw new Failure(4, `${server} does not answer`, {
      ...{ cause, next: 'is the address right, and are you on the network?' },
    });
  }
};

const timesIn = (headers: Headers): Pick<Answer, 'atMs' | 'retryAfterSeconds'> => {
  const atMs = Date.parse(headers.get('date') ?? '');
  const after = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return {
    ...(Number.isNaN(atMs) ? {} : { atMs }),
    ...(after === undefined ? {} : { retryAfterSeconds: Number(after) }),
  };
};

export type Method = 'GET' | 'POST' | 'DELETE';

/** What is sent beside the token. */
export interface Sent {
  readonly json?: unknown;
  /** Said again with the same key, it changes nothing. */
  readonly idempotencyKey?: string;
}

export const withToken = (method: Method, accessToken: string, { json, idempotencyKey }: Sent = {}): RequestInit => ({
  method,
  headers: {
    authorization: `Bearer ${accessToken}`,
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  },
  ...(json !== undefined && { body: JSON.stringify(json) }),
});

/** What a refusal means for whoever typed the command. The server's own text says why (RFC 9457, `detail`). */
export const failureOf = (server: string, { status, body, retryAfterSeconds }: Answer): Failure => {
  const code = text(body, 'code') ?? text(body, 'error');
  const said = oneLine(text(body, 'detail') ?? text(body, 'error_description') ?? `it answered ${status}`);
  if (status === 401) return notSignedIn(server, 'the sign-in is over');
  if (status >= 500)
    return new Failure(4, `${server} is failing: ${said}`, { ...named(code), next: 'try again in a moment' });
  // API Gateway's own, before the server hears of it: of all callers together, so that nothing is wrong with this one.
  if (code === undefined && status === 429)
    return new Failure(4, `${server} has too many calls at once`, { next: 'try again in a moment' });
  // A route that is gone, or never was; what is refused has a code.
  if (code === undefined && (status === 404 || status === 405)) return unknownAnswer(server);
  const { exitCode = 1, next } = meaningOf(code);
  return new Failure(exitCode, `refused (${oneLine(code ?? String(status))}): ${said}${faultsIn(body)}`, {
    ...named(code),
    ...nextStep(next, retryAfterSeconds),
  });
};

const named = (code: string | undefined): { code?: string } => (code === undefined ? {} : { code: oneLine(code) });

const nextStep = (next: string | undefined, seconds: number | undefined): { next?: string } => {
  const wait = seconds === undefined ? undefined : `try again in ${seconds} s`;
  const step = [next, wait].filter((each) => each !== undefined).join('; ');
  return step === '' ? {} : { next: step };
};

/** `invalid_input` names what is wrong, and where. */
const faultsIn = (body: unknown): string => {
  const faults = member(body, 'errors');
  if (!Array.isArray(faults)) return '';
  return faults
    .slice(0, 3)
    .map((fault: unknown) => ` ${oneLine(`${text(fault, 'pointer') ?? ''}: ${text(fault, 'detail') ?? ''}`)}`)
    .join('');
};

/** Whether the server's API is a later one than ours. Undefined when it is not, or does not say. */
export const tooNew = async (server: string): Promise<Failure | undefined> => {
  const answer = await call(server, '/openapi.json', { method: 'GET' }).catch(() => undefined);
  const version = text(member(answer?.body, 'info'), 'version') ?? '';
  return /^\d+/.test(version) && Number.parseInt(version, 10) > API_VERSION
    ? new Failure(
        5,
        `${server} speaks version ${oneLine(version)} of the API, and this command version ${API_VERSION}`,
        {
          ...{ code: 'server_is_newer', next: 'update hatcheck' },
        },
      )
    : undefined;
};
