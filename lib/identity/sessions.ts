import { createHash } from 'node:crypto';
import { HatcheckError, refuse } from '../domain/errors.ts';
import type { Handle, Instant, Principal } from '../domain/principal.ts';
import { earliest, isBefore, plusSeconds, secondsBetween } from '../domain/time.ts';
import type { Chance, Clock, Session, Sessions } from './ports.ts';

/** From sign-in, whatever happens in between: a long working day in the browser, and what a command line asks for again by itself. */
export const SESSION_SECONDS = { cookie: 12 * 3600, bearer: 900 } as const;

/** So long a provider's word holds that would not tell us when it takes it back: as old as groups may be, unless access.yml says otherwise. */
export const UNTOLD_SECONDS = 4 * 3600;

/** A browser that nobody used for so long is nobody's. A bearer token is over before it could be idle. */
const IDLE_SECONDS = 3600;

/** How exactly it is known when a session was last used: written no more often. */
const SEEN_EVERY_SECONDS = 60;

/** As an opaque token, a code or a ticket of ours has it: 256 bits. */
const SECRET_BYTES = 32;
const CSRF_BYTES = 16;

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** One of ours: 43 characters of base64url. */
export const newSecret = (chance: Pick<Chance, 'token'>): string => chance.token(SECRET_BYTES);

/** Whether it looks like one of ours. What does not is not asked for in the table. */
export const isSecret = (text: string | undefined): text is string => text !== undefined && SECRET.test(text);

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
 * @param family the refresh family that it is of
 * @param providerSession what the provider calls its own
 * @throws HatcheckError `ledger_unavailable`
 */
export const openSession = async (
  parts: { readonly sessions: Pick<Sessions, 'put'>; readonly clock: Clock; readonly chance: Chance },
  principal: Principal,
  via: Session['via'],
  { endsAt, ...more }: { readonly endsAt?: Instant } & Pick<Session, 'family' | 'providerSession'> = {},
): Promise<{ readonly token: string; readonly session: Session }> => {
  const secret = newSecret(parts.chance);
  const createdAt = parts.clock.now();
  const usualEnd = plusSeconds(createdAt, SESSION_SECONDS[via]);
  const session: Session = {
    principal,
    via,
    tokenHash: hashSecret(secret),
    ...(via === 'cookie' && { csrf: parts.chance.token(CSRF_BYTES) }),
    createdAt,
    expiresAt: endsAt === undefined ? usualEnd : earliest(endsAt, usualEnd),
    ...more,
  };
  await parts.sessions.put(session);
  return { token: `${principal.handle}.${secret}`, session };
};

/** `expires_in` of its token (RFC 6749, 5.1): whole seconds, never more than are left. */
export const lifeSeconds = ({ createdAt, expiresAt }: Pick<Session, 'createdAt' | 'expiresAt'>): number =>
  Math.floor(secondsBetween(createdAt, expiresAt));

/** What knowing a caller works with. */
export interface AuthenticationParts {
  readonly sessions: Pick<Sessions, 'get' | 'lastSeen' | 'markSeen'>;
  readonly clock: Clock;
}

/** A token that was shown, and which way. */
interface Shown {
  readonly via: Session['via'];
  readonly token: string;
}

/**
 * Whose session a presented token is. The token's shape is checked before the table is asked. The table finds it by its hash, so that
 * how long that takes says nothing of the secret, and no comparison in constant time is needed.
 *
 * @param later takes what must be done before the call ends and nobody need wait for; without it, it is waited for
 * @returns a function that throws HatcheckError: `session_expired`; `not_signed_in` for a cookie and `invalid_token` for a bearer token
 *   that is none, or that was given out the other way (a stolen cookie is no bearer token); `ledger_unavailable`
 */
export const authenticator =
  (parts: AuthenticationParts) =>
  async ({ via, token }: Shown, later?: (work: Promise<void>) => void): Promise<Session> => {
    const key = sessionKeyOf(token);
    if (!key) throw unknown(via);
    const { handle, tokenHash } = key;
    const [session, seenAt] = await Promise.all([
      parts.sessions.get(handle, tokenHash),
      via === 'cookie' ? parts.sessions.lastSeen(handle, tokenHash) : undefined,
    ]);
    if (session?.via !== via) throw unknown(via);
    const now = parts.clock.now();
    if (!isBefore(now, session.expiresAt))
      throw new HatcheckError(refuse('session_expired', `expired at ${session.expiresAt}`));
    if (via === 'bearer') return session;
    const lastAt = seenAt ?? session.createdAt;
    if (isIdle(lastAt, now)) throw new HatcheckError(refuse('session_expired', `idle since ${lastAt}`));
    if (secondsBetween(lastAt, now) >= SEEN_EVERY_SECONDS) {
      const marked = markSeen(parts, session, now);
      if (later) later(marked);
      else await marked;
    }
    return session;
  };

const unknown = (via: Session['via']): HatcheckError =>
  new HatcheckError(refuse(UNKNOWN[via], `no ${via} session has this token`));

/** Whether a browser's session that was last used then is over. */
export const isIdle = (lastAt: Instant, now: Instant): boolean => !isBefore(now, plusSeconds(lastAt, IDLE_SECONDS));

/** One that is not marked seems idle sooner than it is: that a mark is lost opens nothing, and is no reason to turn the caller away. */
const markSeen = ({ sessions }: AuthenticationParts, { principal, tokenHash }: Session, now: Instant): Promise<void> =>
  sessions
    .markSeen(principal.handle, { id: tokenHash, at: now }, plusSeconds(now, IDLE_SECONDS))
    .catch(() => undefined);

/** Removes the session of the cookie that a browser brought to its sign-in: whoever held it holds nothing now. */
export const removeFormer = async (sessions: Pick<Sessions, 'remove'>, former: string | undefined): Promise<void> => {
  const key = former === undefined ? undefined : sessionKeyOf(former);
  if (key) await sessions.remove(key.handle, key.tokenHash);
};

const UNKNOWN = { cookie: 'not_signed_in', bearer: 'invalid_token' } as const;
