import type * as z from 'zod/mini';
import type { ErrorCode } from '../domain/errors.ts';
import type { AnswerShape } from './answers.ts';

export type InputSchema = z.ZodMiniType<object>;

/** What one route takes, who may call it, and what it answers. */
export interface RouteContract {
  readonly operationId: string;
  readonly summary: string;
  /** The Lambda that serves it: one file in `functions/`. */
  readonly function: 'signin' | 'token' | 'requests' | 'credentials' | 'audit' | 'issuer' | 'portal' | 'chatops';
  /** With `principal` nothing is answered before the caller is known. */
  readonly caller: 'principal' | 'anyone';
  /**
   * A state-changing call that brings our cookie must prove that our own page sent it. `always`: also one without a cookie,
   * since its answer sets cookies. `exempt`: the route never looks at the cookie.
   */
  readonly csrf: 'cookie' | 'always' | 'exempt';
  /** Undefined: the query is the page's own affair; it is neither read nor checked. */
  readonly query: (() => InputSchema) | undefined;
  /** Absent: only an empty body is taken. */
  readonly body?: () => InputSchema;
  /** The body is the handler's to read, as it came: a signature is of its bytes, and is checked before anybody parses it. */
  readonly rawBody?: true;
  /** Content types of the body: `application/json`, `application/x-www-form-urlencoded`. */
  readonly accepts: readonly ('json' | 'form')[];
  readonly bodyRequired: boolean;
  /** Whether the route understands an `Idempotency-Key`. */
  readonly idempotencyKey: boolean;
  /** `oauth`: errors are as RFC 6749 §5.2 wants them, not problem documents. */
  readonly errors: 'problem' | 'oauth';
  /** A browser comes here by itself: whoever asks for HTML is refused with a page. */
  readonly page?: true;
  /** Statuses of success with the shape of their JSON, or with what else there is. */
  readonly answers: Readonly<Record<number, AnswerShape | 'page' | 'redirect' | 'empty'>>;
  /** The codes of this route's own refusals, besides those that follow from the rest of the contract. */
  readonly codes: readonly ErrorCode[];
}
