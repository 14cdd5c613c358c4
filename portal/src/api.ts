import type { EntitlementView } from '../../lib/broker/list-entitlements.ts';
import type { RequestView } from '../../lib/broker/request-view.ts';

export type { EntitlementView, RequestView };

export interface Me {
  readonly principal: { readonly displayName?: string; readonly email?: string; readonly handle: string };
  /** What a plain form sends back. */
  readonly csrf: string;
}

export interface Credentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken: string;
  readonly Expiration: string;
}

/** The broker said no, in words for the reader (RFC 9457). */
export class Refused extends Error {
  readonly status: number;
  /** Where a sign-in with what is missing begins. */
  readonly loginUrl: string | undefined;

  constructor(status: number, detail: string, loginUrl?: string) {
    super(detail);
    this.name = 'Refused';
    this.status = status;
    this.loginUrl = loginUrl?.startsWith('/login?') === true ? loginUrl : undefined;
  }
}

interface Problem {
  readonly detail?: string;
  readonly loginUrl?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** How far the server's clock is ahead of this one, as of its last answer: what is left is counted by the server's. */
let aheadMs = 0;
export const serverNow = (): number => Date.now() + aheadMs;

interface Sent {
  readonly method?: 'POST';
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const send = async (path: string, { method, body, headers }: Sent = {}): Promise<Response> => {
  const response = await fetch(path, {
    method: method ?? 'GET',
    headers: { 'Hatcheck-CSRF': '1', ...(body ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
    cache: 'no-store',
    signal: AbortSignal.timeout(30_000),
  }).catch((cause: unknown) => {
    throw new Error('Hatcheck does not answer. Check your network and try again.', { cause });
  });
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (!Number.isNaN(date)) aheadMs = date - Date.now();
  if (!response.ok) throw await refusalOf(response);
  return response;
};

const refusalOf = async (response: Response): Promise<Refused> => {
  const problem = await json<Problem>(response).catch((): Problem => ({}));
  const faults = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`);
  const detail = faults.length > 0 ? faults.join('; ') : (problem.detail ?? `The answer was ${response.status}.`);
  return new Refused(response.status, detail, problem.loginUrl);
};

/** Our own server answers, and its types are these: the one place where the page takes its word for it. */
const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

export const readMe = async (): Promise<Me> => {
  const response = await send('/v1/me');
  const { principal } = await json<Pick<Me, 'principal'>>(response);
  return { principal, csrf: response.headers.get('Hatcheck-CSRF') ?? '' };
};

export const readEntitlements = async (): Promise<readonly EntitlementView[]> =>
  (await json<{ entitlements: readonly EntitlementView[] }>(await send('/v1/entitlements'))).entitlements;

export const readRequests = async (as: 'requester' | 'approver' | 'auditor'): Promise<readonly RequestView[]> =>
  (await json<{ requests: readonly RequestView[] }>(await send(`/v1/requests?as=${as}&limit=50`))).requests;

export interface Ask {
  readonly entitlementId: string;
  readonly justification: string;
  readonly durationSeconds: number;
  readonly ticket?: string;
  readonly scope?: { readonly actions: readonly string[]; readonly resources: readonly string[] };
}

/** The same key twice is the same request: a second click asks for nothing new. */
export const submit = (ask: Ask, key: string): Promise<unknown> =>
  send('/v1/requests', { method: 'POST', body: ask, headers: { 'Idempotency-Key': key } });

/** Each time with a key of its own: what the network sends twice is said once. */
export const act = (id: string, action: string, body?: object): Promise<unknown> =>
  send(`/v1/requests/${id}/${action}`, {
    method: 'POST',
    ...(body ? { body } : {}),
    headers: { 'Idempotency-Key': crypto.randomUUID() },
  });

export const readCredentials = async (id: string): Promise<Credentials> =>
  json<Credentials>(await send(`/v1/requests/${id}/credentials`, { method: 'POST' }));
