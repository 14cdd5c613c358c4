import type { Refusal } from '../domain/errors.ts';
import { problems } from './problem.ts';

/** RFC 6749 §5.2, RFC 8628 §3.5, and `server_error` and `temporarily_unavailable` of RFC 6749 §4.1.2.1 for what is not the client's fault. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token'
  | 'server_error'
  | 'temporarily_unavailable';

/** How an OAuth endpoint says no. `description` is a fixed text for the client: never what a library or a token said. */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode;
  readonly description: string;
  readonly status: number;

  constructor(code: OAuthErrorCode, description: string, status = 400, options?: { cause?: unknown }) {
    super(`${code}: ${description}`, options);
    this.name = 'OAuthError';
    this.code = code;
    this.description = description;
    this.status = status;
  }
}

/** A refusal from a check that all routes share, said in OAuth's words. */
export const oauthErrorOf = ({ code, faults = [] }: Refusal): OAuthError => {
  const { status, detail } = problems[code];
  if (status === 503) return new OAuthError('temporarily_unavailable', detail, 503);
  if (status >= 500) return new OAuthError('server_error', detail, 500);
  if (status === 429) return new OAuthError('temporarily_unavailable', detail, 429);
  if (status === 401) return new OAuthError('invalid_request', detail, 400);
  const names = faults.map(({ pointer }) => pointer.slice(1)).filter((name) => /^[a-z_]{1,40}$/.test(name));
  return new OAuthError('invalid_request', names.length > 0 ? `see ${names.join(', ')}` : detail, status);
};
