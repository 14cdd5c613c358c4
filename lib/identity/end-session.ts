import { HatcheckError } from '../domain/errors.ts';
import type { EventData } from '../domain/event.ts';
import type { Principal } from '../domain/principal.ts';
import { isBefore } from '../domain/time.ts';
import type { RefreshFamilies, Session, Sessions } from './ports.ts';
import { type RecordingParts, recordSignIn } from './record-sign-in.ts';

/** What ending a session works with. */
export interface EndingParts extends RecordingParts {
  readonly sessions: Pick<Sessions, 'remove' | 'list'>;
  readonly families: Pick<RefreshFamilies, 'remove' | 'list'>;
}

/** What is known of whoever shows a session. */
export type ShownSession = Pick<Session, 'principal' | 'tokenHash' | 'via' | 'family'>;

export type EndReason = EventData['signin.ended']['reason'];

/**
 * Removes a session, and with it its refresh family, then records it: what narrows does not wait for the ledger.
 * @throws HatcheckError `ledger_unavailable`: it may still be there, or it is gone and not recorded
 */
export const endSession = (parts: EndingParts, session: ShownSession, reason: EndReason): Promise<void> =>
  endSessions(parts, session.principal, [session], reason);

/** The same of a refresh family. @throws HatcheckError `ledger_unavailable` */
export const endFamily = (
  parts: EndingParts,
  { family, ...whose }: Owner & { readonly family: string },
  reason: EndReason,
): Promise<void> => endSessions(parts, whose, [{ via: 'bearer', tokenHash: '', family }], reason);

/** What decides whether a session, or a refresh family, is meant. */
export type Opened = Pick<Session, 'principal' | 'providerSession'>;

/**
 * Ends what a principal has here and is not over: browsers, command lines, bearer tokens.
 * @param isMeant leaves the others alone
 * @throws HatcheckError `ledger_unavailable`: some may be left, or gone and not recorded
 */
export const endAll = async (
  parts: EndingParts,
  { handle, kind }: Owner,
  reason: EndReason,
  isMeant: (opened: Opened) => boolean = () => true,
): Promise<void> => {
  const [sessions, families] = await Promise.all([parts.sessions.list(handle), parts.families.list(handle)]);
  const now = parts.clock.now();
  const ended = [
    ...families.map((family) => ({ ...family, via: 'bearer' as const, tokenHash: '', family: family.id })),
    ...sessions.filter(({ family }) => family === undefined),
  ].filter((each) => isBefore(now, each.expiresAt) && isMeant(each));
  await endSessions(parts, { handle, kind }, ended, reason);
};

type Owner = Pick<Principal, 'handle' | 'kind'>;

/** With a family it is all of it, whatever the hash. */
type Ended = Pick<Session, 'via' | 'tokenHash' | 'family'>;

/**
 * Removes sessions of one principal, then records each. Families go first, so that nothing new can come of them, and then their sessions,
 * which are listed once for all.
 * @throws HatcheckError `ledger_unavailable`: some may be left, or gone and not recorded
 */
export const endSessions = async (
  parts: EndingParts,
  { handle, kind }: Owner,
  ended: readonly Ended[],
  reason: EndReason,
): Promise<void> => {
  const families = new Set(ended.flatMap(({ family }) => family ?? []));
  await eachOf([...families], (family) => parts.families.remove(handle, family));
  const listed = families.size === 0 ? [] : await parts.sessions.list(handle);
  const hashes = [
    ...ended.flatMap((each) => (each.family === undefined ? each.tokenHash : [])),
    ...listed.flatMap(({ family, tokenHash }) => (family !== undefined && families.has(family) ? tokenHash : [])),
  ];
  await eachOf(hashes, (hash) => parts.sessions.remove(handle, hash));
  await eachOf(ended, ({ via }) =>
    recordSignIn(parts, { kind, handle }, { type: 'signin.ended', data: { via, reason } }),
  );
};

/** A job that exchanges tokens all day has hundreds of sessions; the table is not asked for all of them at once. */
const AT_ONCE = 16;

const eachOf = async <T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> => {
  for (let from = 0; from < items.length; from += AT_ONCE)
    await Promise.all(items.slice(from, from + AT_ONCE).map(act));
};

/**
 * Ends whatever session the caller shows; showing none, or one that is over, is as good as signed out.
 * @throws HatcheckError `ledger_unavailable`
 */
export const signOut = async (parts: EndingParts, shown: Promise<ShownSession>): Promise<void> => {
  const session = await shown.catch((error: unknown) => {
    if (error instanceof HatcheckError && SIGNED_OUT.has(error.code)) return undefined;
    throw error;
  });
  if (session) await endSession(parts, session, 'signed_out');
};

const SIGNED_OUT: ReadonlySet<string> = new Set(['not_signed_in', 'session_expired', 'invalid_token']);
