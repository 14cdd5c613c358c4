import { HatcheckError, refuse } from '../domain/errors.ts';
import type { Instant } from '../domain/principal.ts';
import { isBefore, msOf } from '../domain/time.ts';
import { type EndingParts, type ShownSession, endSession } from './end-session.ts';
import type { Session } from './ports.ts';

/** A session as its owner sees it. */
export interface SessionView {
  /** `s_` and the hash of its token: of no use to whoever reads it. */
  readonly id: string;
  readonly via: Session['via'];
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** The one that asks. */
  readonly current: boolean;
}

/** More than anybody reads; a job that exchanges tokens all day has some hundreds. */
const MAX_SHOWN = 200;

/** The caller's sessions that are not over, newest first, at most 200. @throws HatcheckError `ledger_unavailable` */
export const listSessions = async (parts: EndingParts, by: ShownSession): Promise<readonly SessionView[]> =>
  (await liveSessions(parts, by)).slice(0, MAX_SHOWN).map((session) => ({
    id: idOf(session),
    via: session.via,
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
    current: session.tokenHash === by.tokenHash,
  }));

/** Ends one of the caller's sessions. @throws HatcheckError `not_found` for one that is over, or somebody else's; `ledger_unavailable` */
export const endOwnSession = async (parts: EndingParts, by: ShownSession, id: string): Promise<void> => {
  const session = (await liveSessions(parts, by)).find((one) => idOf(one) === id);
  if (!session) throw new HatcheckError(refuse('not_found', 'the caller has no such session'));
  await endSession(parts, session, 'removed');
};

/** Ends all of the caller's sessions but the one that asks. @throws HatcheckError `ledger_unavailable`: some may be left */
export const endOtherSessions = async (parts: EndingParts, by: ShownSession): Promise<void> => {
  for (const session of await liveSessions(parts, by))
    if (session.tokenHash !== by.tokenHash) await endSession(parts, session, 'removed');
};

const idOf = ({ tokenHash }: Session): string => `s_${tokenHash}`;

const liveSessions = async (
  { sessions, clock }: EndingParts,
  { principal }: ShownSession,
): Promise<readonly Session[]> =>
  (await sessions.list(principal.handle))
    .filter(({ expiresAt }) => isBefore(clock.now(), expiresAt))
    .sort((a, b) => msOf(b.createdAt) - msOf(a.createdAt));
