import type { Context } from 'aws-lambda';
import type { ErrorCode } from '../domain/errors.ts';
import type { Handle, Principal } from '../domain/principal.ts';
import type { BodyOf, PathOf, QueryOf, RouteKey } from './contract.ts';
import type { Incoming } from './incoming.ts';
import type { OAuthErrorCode } from './oauth-error.ts';
import type { RouteContract } from './route-contract.ts';

/** Who calls, and how they showed it. */
export interface CallerSession {
  readonly principal: Principal;
  readonly via: 'cookie' | 'bearer';
  /** What a plain form must send back; only with `via: 'cookie'`. */
  readonly csrf?: string;
  readonly tokenHash: string;
  /** The refresh family that it belongs to. */
  readonly family?: string;
}

/** A token that was sent and not looked at yet. */
export interface Presented {
  readonly via: 'cookie' | 'bearer';
  readonly token: string;
}

/** Finds out who calls. `later` takes what must be done before the call ends, and what nobody need wait for until then. */
export type Authenticate = (presented: Presented, later: (work: Promise<void>) => void) => Promise<CallerSession>;

/** One call of one route, with its input checked. */
export interface Call<K extends RouteKey> {
  readonly body: BodyOf<K>;
  readonly query: QueryOf<K>;
  readonly path: PathOf<K>;
  /** As it came, once decoded: what a signature is of. */
  readonly rawBody: string;
  readonly method: string;
  readonly rawPath: string;
  /** The address that the call came from, as API Gateway saw it, or the edge where that is in front. */
  readonly sourceIp: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly cookies: Readonly<Record<string, string>>;
  /**
   * Already asked for when the handler begins, so that it runs beside the handler's own reads. A handler awaits it before it writes
   * or calls anything; whatever the handler does, a route with `caller: 'principal'` answers only after it is settled.
   * Rejects with `not_signed_in`, `session_expired` or `invalid_token`.
   */
  readonly principal: Promise<Principal>;
  readonly session: Promise<CallerSession>;
  /** Whose token was presented, before anybody looked whether it is one: to read ahead by, and for nothing else. */
  readonly claimedHandle: Handle | undefined;
  readonly isFormPost: boolean;
  /** Checked; only of routes that understand one. */
  readonly idempotencyKey: string | undefined;
  readonly callId: string;
  /** Milliseconds until Lambda ends the invocation. */
  readonly remainingMs: () => number;
}

/** What a handler answers: at most one of `json`, `html`, `text` and `asset`. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly html?: string;
  readonly text?: string;
  readonly asset?: { readonly type: string; readonly body: string; readonly encoding: 'utf8' | 'base64' };
  /** They win over our own of the same name, in whatever case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whole `Set-Cookie` values. */
  readonly cookies?: readonly string[];
}

/** What the middlewares find out about a call, in their order; each part is there for those behind its middleware. */
export interface CallState {
  readonly callId: string;
  readonly incoming: Incoming;
  readonly startedMs: number;
  readonly remainingMs: () => number;
  /** What was set off beside the answer, and must be done before the call ends. */
  readonly later: Promise<void>[];
  /** The body as text, and what its content type says it is. */
  content?: { readonly text: string; readonly type: ContentType };
  route?: { readonly key: RouteKey; readonly contract: RouteContract };
  cookies?: Readonly<Record<string, string>>;
  presented?: Presented;
  /** Starts the authentication when it is first asked for, and says the same ever after. */
  session?: () => Promise<CallerSession>;
  isFormPost?: boolean;
  input?: { readonly body: object; readonly query: object; readonly path: object };
  /** For the log and the meter. */
  handle?: string;
  code?: ErrorCode | OAuthErrorCode;
  reason?: string;
}

export type ContentType = 'none' | 'json' | 'form' | 'other';

export type ApiContext = Context & { call: CallState };

/** The part of the state that a middleware before this one found out. @throws TypeError when the order is wrong. */
export const found = <T>(part: T | undefined): T => {
  if (part === undefined) throw new TypeError('a middleware ran before the one that it needs');
  return part;
};
