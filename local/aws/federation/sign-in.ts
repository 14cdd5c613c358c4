import { randomBytes } from 'node:crypto';
import { sealer } from '../seal.ts';
import type { RoleSession, SessionIssuer } from '../session.ts';
import type { LoadedWorld } from '../world.ts';

const SIGN_IN_TOKEN_SECONDS = 15 * 60;
const MAX_CONSOLE_SESSIONS = 1000;

/** What a sign-in token stands for. Times in epoch milliseconds. */
interface SignInGrant {
  readonly session: RoleSession;
  readonly validUntil: number;
  readonly consoleEndsAt: number;
}

export interface ConsoleSession {
  readonly session: RoleSession;
  readonly endsAt: number;
  readonly issuer: string | undefined;
}

export interface SignIn {
  /** A sign-in token for these credentials, or why there is none. */
  readonly getToken: (sessionJson: string, duration: string | undefined, now: Date) => TokenAnswer;
  /** Opens a console session and returns its id; undefined when the token is not ours or too old. As on AWS it may be used again. */
  readonly login: (token: string, issuer: string | undefined, now: Date) => string | undefined;
  readonly find: (id: string, now: Date) => ConsoleSession | undefined;
  readonly logout: (id: string) => void;
}

export type TokenAnswer = { readonly token: string; readonly session: RoleSession } | { readonly refused: string };

export interface SignInOptions {
  readonly world: LoadedWorld;
  readonly sessions: SessionIssuer;
  readonly signingKey: Buffer;
  readonly secretMark?: string;
}

/** Exchanges temporary credentials for sign-in tokens, and those for console sessions, which live in memory. */
export function createSignIn({ world, sessions, signingKey, secretMark = '' }: SignInOptions): SignIn {
  const tokens = sealer<SignInGrant>(signingKey, 'sign-in tokens', secretMark);
  const open = new Map<string, ConsoleSession>();
  const getToken: SignIn['getToken'] = (sessionJson, duration, now) => {
    const session = readCredentials(sessionJson, sessions);
    if (!session || session.expiresAt <= now.getTime()) return { refused: 'the credentials are not valid' };
    const role = world.role(session.roleArn);
    if (!role) return { refused: 'the role does not exist' };
    let consoleEndsAt = session.expiresAt;
    if (duration !== undefined) {
      // IAM user guide: SessionDuration fails for credentials that come from role chaining.
      if (session.chained) return { refused: 'SessionDuration is not allowed for credentials from role chaining' };
      const seconds = /^\d{1,5}$/.test(duration) ? Number(duration) : 0;
      if (seconds < 900 || seconds > role.maxSessionSeconds) return { refused: 'SessionDuration is out of range' };
      consoleEndsAt = now.getTime() + seconds * 1000;
    }
    const validUntil = now.getTime() + SIGN_IN_TOKEN_SECONDS * 1000;
    return { token: tokens.close({ session, validUntil, consoleEndsAt }), session };
  };
  return {
    getToken,
    login: (token, issuer, now) => {
      const grant = tokens.open(token);
      if (!grant || now.getTime() >= grant.validUntil || now.getTime() >= grant.consoleEndsAt) return undefined;
      const oldest = open.keys().next();
      if (open.size >= MAX_CONSOLE_SESSIONS && !oldest.done) open.delete(oldest.value);
      const id = randomBytes(24).toString('base64url');
      open.set(id, { session: grant.session, endsAt: grant.consoleEndsAt, issuer });
      return id;
    },
    find: (id, now) => {
      const found = open.get(id);
      return found && now.getTime() < found.endsAt ? found : undefined;
    },
    logout: (id) => void open.delete(id),
  };
}

function readCredentials(json: string, sessions: SessionIssuer): RoleSession | undefined {
  const credentials = parseObject(json);
  const [id, key, token] = ['sessionId', 'sessionKey', 'sessionToken'].map((name) => credentials.get(name));
  if (typeof id !== 'string' || typeof key !== 'string' || typeof token !== 'string') return undefined;
  return sessions.recognise(id, key, token);
}

function parseObject(json: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    return new Map(Object.entries(typeof value === 'object' && value !== null ? value : {}));
  } catch {
    return new Map();
  }
}
