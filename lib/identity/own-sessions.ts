import { HatcheckError, refuse } from '../domain/errors.ts';
import type { Instant } from '../domain/principal.ts';
import { isBefore, msOf } from '../domain/time.ts';
import { type EndingParts, type ShownSession, endSession } from './end-session.ts';
import type { RefreshFamily, Session } from './ports.ts';
import { CLIENT_ID } from './token-exchange.ts';

/** A session as its owner sees it. */
export interface SessionView {
  /** `s_` and the hash of its token, or its family's id: of no use to whoever reads it. */
  readonly id: string;
  readonly via: Session['via'];
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** The one that asks. */
  readonly current: boolean;
  /** The command line, which refreshes its sessions: they are one here. */
  readonly client?: string;
}

/** More than anybody reads; a job that exchanges tokens all day has some hundreds. */
const MAX_SHOWN = 200;

/** The caller's sessions that are not over, newest first, at most 200. @throws HatcheckError `ledger_unavailable` */
export const listSessions = async (parts: EndingParts, by: ShownSession): Promise<readonly SessionView[]> =>
  (await live(parts, by)).slice(0, MAX_SHOWN).map((entry) => ({
    id: entry.id,
    via: entry.ends.via,
    createdAt: entry.createdAt,
    expiresAt: entry.expiresAt,
    current: isCurrent(entry, by),
    ...(entry.ends.family !== undefined && { client: CLIENT_ID }),
  }));

/** Ends one of the caller's sessions. @throws HatcheckError `not_found` for one that is over, or somebody else's; `ledger_unavailable` */
export const endOwnSession = async (parts: EndingParts, by: ShownSession, id: string): Promise<void> => {
  const entry = (await live(parts, by)).find((one) => one.id === id);
  if (!entry) throw new HatcheckError(refuse('not_found', 'the caller has no such session'));
  await endSession(parts, entry.ends, 'removed');
};

/** Ends all of the caller's sessions but the one that asks. @throws HatcheckError `ledger_unavailable`: some may be left */
export const endOtherSessions = async (parts: EndingParts, by: ShownSession): Promise<void> => {
  for (const entry of await live(parts, by)) if (!isCurrent(entry, by)) await endSession(parts, entry.ends, 'removed');
};

interface Entry {
  readonly id: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly ends: ShownSession;
}

const isCurrent = ({ ends }: Entry, by: ShownSession): boolean =>
  ends.family === undefined ? ends.tokenHash === by.tokenHash : ends.family === by.family;

const live = async ({ sessions, families, clock }: EndingParts, by: ShownSession): Promise<readonly Entry[]> => {
  const { handle } = by.principal;
  const [alone, refreshed] = await Promise.all([sessions.list(handle), families.list(handle)]);
  return [...alone.filter(({ family }) => family === undefined).map(ofSession), ...refreshed.map(ofFamily)]
    .filter(({ expiresAt }) => isBefore(clock.now(), expiresAt))
    .sort((a, b) => msOf(b.createdAt) - msOf(a.createdAt));
};

const ofSession = (session: Session): Entry => ({
  id: `s_${session.tokenHash}`,
  createdAt: session.createdAt,
  expiresAt: session.expiresAt,
  ends: session,
});

const ofFamily = ({ id, principal, createdAt, expiresAt }: RefreshFamily): Entry => ({
  ...{ id: `s_${id}`, createdAt, expiresAt },
  ends: { principal, via: 'bearer', tokenHash: '', family: id },
});
