import { signedInRecently } from '../domain/assurance.ts';
import { HatcheckError, refuse } from '../domain/errors.ts';
import type { EventData } from '../domain/event.ts';
import type { Instant } from '../domain/principal.ts';
import { isBefore, msOf } from '../domain/time.ts';
import { type EndingParts, type ShownSession, endSession, endSessions } from './end-session.ts';
import { isFamilyIdle } from './oauth/family.ts';
import type { RefreshFamily, Session, Sessions } from './ports.ts';
import { isIdle } from './sessions.ts';
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
  /** When it was last used, to a minute for a browser; a command line's is when it last fetched a token. */
  readonly lastSeenAt: Instant;
  /** How it came about, in the words of `signin.succeeded`. */
  readonly method: EventData['signin.succeeded']['method'];
  /** How the person proved who they are, as the provider says (RFC 8176). */
  readonly methods: readonly string[];
  /** The command line, which refreshes its sessions: they are one here. */
  readonly client?: string;
}

/** What listing sessions works with. */
export interface ListingParts extends EndingParts {
  readonly sessions: Pick<Sessions, 'remove' | 'list' | 'allSeen'>;
}

/** More than anybody reads; a job that exchanges tokens all day has some hundreds. */
const MAX_SHOWN = 200;

/** The caller's sessions that are not over, newest first, at most 200. @throws HatcheckError `ledger_unavailable` */
export const listSessions = async (parts: ListingParts, by: ShownSession): Promise<readonly SessionView[]> =>
  (await live(parts, by)).slice(0, MAX_SHOWN).map((entry) => ({
    id: entry.id,
    via: entry.ends.via,
    createdAt: entry.createdAt,
    expiresAt: entry.expiresAt,
    current: isCurrent(entry, by),
    lastSeenAt: entry.lastSeenAt,
    method: methodOf(entry.ends),
    methods: entry.ends.principal.methods,
    ...(entry.ends.family !== undefined && { client: CLIENT_ID }),
  }));

/** Whoever ends other sessions has proved themselves within (ASVS 5.0, 7.5.2): whoever finds one open, or stole it, must not shut its owner out. */
const PROVED_WITHIN_SECONDS = 900;

/** A job has nobody who could prove themselves anew. */
const checkProved = ({ clock }: ListingParts, { principal }: ShownSession): void => {
  if (principal.kind !== 'person') return;
  const demands = { mfa: false, authenticatedWithinSeconds: PROVED_WITHIN_SECONDS };
  const refusal = signedInRecently(principal, demands, clock.now());
  if (refusal) throw new HatcheckError(refusal);
};

/**
 * Ends one of the caller's sessions.
 * @throws HatcheckError `not_found` for one that is over, or somebody else's; `step_up_required` for another than the one that asks;
 *   `ledger_unavailable`
 */
export const endOwnSession = async (parts: ListingParts, by: ShownSession, id: string): Promise<void> => {
  const entry = (await live(parts, by)).find((one) => one.id === id);
  if (!entry) throw new HatcheckError(refuse('not_found', 'the caller has no such session'));
  if (!isCurrent(entry, by)) checkProved(parts, by);
  await endSession(parts, entry.ends, 'removed');
};

/**
 * Ends all of the caller's sessions but the one that asks.
 * @throws HatcheckError `step_up_required`; `ledger_unavailable`: some may be left
 */
export const endOtherSessions = async (parts: ListingParts, by: ShownSession): Promise<void> => {
  checkProved(parts, by);
  const others = (await live(parts, by)).filter((entry) => !isCurrent(entry, by));
  await endSessions(
    parts,
    by.principal,
    others.map(({ ends }) => ends),
    'removed',
  );
};

const methodOf = ({ via, family, principal }: ShownSession): SessionView['method'] => {
  if (via === 'cookie') return 'browser';
  if (family === undefined) return 'token_exchange';
  return principal.byDevice ? 'device_code' : 'authorization_code';
};

interface Entry {
  readonly id: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly lastSeenAt: Instant;
  readonly isIdle: boolean;
  readonly ends: ShownSession;
}

const isCurrent = ({ ends }: Entry, by: ShownSession): boolean =>
  ends.family === undefined ? ends.tokenHash === by.tokenHash : ends.family === by.family;

const live = async ({ sessions, families, clock }: ListingParts, by: ShownSession): Promise<readonly Entry[]> => {
  const { handle } = by.principal;
  const [alone, refreshed, seen] = await Promise.all([
    sessions.list(handle),
    families.list(handle),
    sessions.allSeen(handle),
  ]);
  const now = clock.now();
  return [
    ...alone.filter(({ family }) => family === undefined).map((session) => ofSession(session, seen, now)),
    ...refreshed.map((family) => ofFamily(family, seen, now)),
  ]
    .filter(({ expiresAt, isIdle: isOver }) => isBefore(now, expiresAt) && !isOver)
    .sort((a, b) => msOf(b.createdAt) - msOf(a.createdAt));
};

type SeenAt = ReadonlyMap<string, Instant>;

const ofSession = (session: Session, seen: SeenAt, now: Instant): Entry => {
  const { tokenHash, createdAt, expiresAt, via } = session;
  const lastSeenAt = seen.get(tokenHash) ?? createdAt;
  const isOver = via === 'cookie' && isIdle(lastSeenAt, now);
  return { id: `s_${tokenHash}`, createdAt, expiresAt, lastSeenAt, isIdle: isOver, ends: session };
};

const ofFamily = ({ id, principal, createdAt, expiresAt }: RefreshFamily, seen: SeenAt, now: Instant): Entry => {
  const lastSeenAt = seen.get(id) ?? createdAt;
  return {
    ...{ id: `s_${id}`, createdAt, expiresAt, lastSeenAt, isIdle: isFamilyIdle(lastSeenAt, now) },
    ends: { principal, via: 'bearer', tokenHash: '', family: id },
  };
};
