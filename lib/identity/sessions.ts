import { createHash } from 'node:crypto';
import { HatcheckError, refuse } from '../domain/errors.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { isBefore, plusSeconds } from '../domain/time.ts';
import type { Chance, Clock, Session, Sessions } from './ports.ts';

/** From sign-in, whatever happens in between: a working day in the browser, and what a command line asks for again by itself. */
export const SESSION_SECONDS = { cookie: 8 * 3600, bearer: 900 } as const;

const SECRET_BYTES = 32;
const CSRF_BYTES = 16;

/** `<handle>.<256 random bits>`: the handle is where the session is found, the rest is the secret. */
const TOKEN = /^(p_[A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/;

/** Where a session is kept, read off its token. */
interface SessionKey {
  readonly handle: Handle;
  readonly tokenHash: string;
}

export const sessionKeyOf = (token: string): SessionKey | undefined => {
  const [, handle, secret] = TOKEN.exec(token) ?? [];
  return handle !== undefined && secret !== undefined ? { handle, tokenHash: hashSecret(secret) } : undefined;
};

/** base64url SHA-256. A plain hash will do: what goes in are 256 random bits, never a password. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/**
 * Opens a session: the token is in nobody's hands but the caller's, the table has its hash.
 * @param endsAt when it ends if that is sooner than {@link SESSION_SECONDS} says
 * @throws HatcheckError `ledger_unavailable`
 */
export const openSession = async (
  parts: { readonly sessions: Pick<Sessions, 'put'>; readonly clock: Clock; readonly chance: Chance },
  principal: Principal,
  via: Session['via'],
  endsAt?: Instant,
): Promise<{ readonly token: string; readonly session: Session }> => {
  const secret = parts.chance.token(SECRET_BYTES);
  const createdAt = parts.clock.now();
  const usualEnd = plusSeconds(createdAt, SESSION_SECONDS[via]);
  const session: Session = {
    principal,
    via,
    tokenHash: hashSecret(secret),
    ...(via === 'cookie' && { csrf: parts.chance.token(CSRF_BYTES) }),
    createdAt,
    expiresAt: endsAt !== undefined && isBefore(endsAt, usualEnd) ? endsAt : usualEnd,
  };
  await parts.sessions.put(session);
  return { token: `${principal.handle}.${secret}`, session };
};

/** What knowing a caller works with. */
export interface AuthenticationParts {
  readonly sessions: Pick<Sessions, 'get'>;
  readonly clock: Clock;
}

/**
 * Whose session a presented token is. The token's shape is checked before the table is asked. The table finds it by its hash, so that
 * how long that takes says nothing of the secret, and no comparison in constant time is needed.
 *
 * @returns a function that throws HatcheckError: `session_expired`; `not_signed_in` for a cookie and `invalid_token` for a bearer token
 *   that is none, or that was given out the other way (a stolen cookie is no bearer token); `ledger_unavailable`
 */
export const authenticator =
  (parts: AuthenticationParts) =>
  async ({ via, token }: { readonly via: Session['via']; readonly token: string }): Promise<Session> => {
    const key = sessionKeyOf(token);
    const session = key && (await parts.sessions.get(key.handle, key.tokenHash));
    if (session?.via !== via) throw new HatcheckError(refuse(UNKNOWN[via], `no ${via} session has this token`));
    if (!isBefore(parts.clock.now(), session.expiresAt))
      throw new HatcheckError(refuse('session_expired', `expired at ${session.expiresAt}`));
    return session;
  };

/** Removes the session of the cookie that a browser brought to its sign-in: whoever held it holds nothing now. */
export const removeFormer = async (sessions: Pick<Sessions, 'remove'>, former: string | undefined): Promise<void> => {
  const key = former === undefined ? undefined : sessionKeyOf(former);
  if (key) await sessions.remove(key.handle, key.tokenHash);
};

const UNKNOWN = { cookie: 'not_signed_in', bearer: 'invalid_token' } as const;
