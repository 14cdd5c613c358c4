import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Account } from './accounts.ts';

/** Who signed in at the identity provider in a browser, how, and when. */
export interface SamlSession {
  readonly account: Account;
  readonly mfa: boolean;
  readonly at: Date;
}

export interface SamlSessions {
  of(request: IncomingMessage): SamlSession | undefined;
  /** The value of a Set-Cookie header. */
  open(session: SamlSession): string;
  /** Likewise. */
  end(request: IncomingMessage): string;
}

// Cookies know no ports: without a name of its own it would be mixed up with others on the same host.
const COOKIE = 'local_saml_session';
const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Lax';

/** Kept in memory: a restart signs everybody out here. */
export const samlSessions = (): SamlSessions => {
  const sessions = new Map<string, SamlSession>();
  const idIn = ({ headers }: IncomingMessage): string =>
    new RegExp(`(?:^|; )${COOKIE}=([A-Za-z0-9_-]+)`).exec(headers.cookie ?? '')?.[1] ?? '';
  return {
    of: (request) => sessions.get(idIn(request)),
    open: (session) => {
      const id = randomBytes(32).toString('base64url');
      sessions.set(id, session);
      return `${COOKIE}=${id}; ${ATTRIBUTES}`;
    },
    end: (request) => {
      sessions.delete(idIn(request));
      return `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`;
    },
  };
};
