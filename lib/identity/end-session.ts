import { HatcheckError } from '../domain/errors.ts';
import type { EventData } from '../domain/event.ts';
import type { Handle, Principal } from '../domain/principal.ts';
import type { Chance, Clock, RefreshFamilies, Session, Sessions, SignInLedger } from './ports.ts';

/** What ending a session works with. */
export interface EndingParts {
  readonly sessions: Pick<Sessions, 'remove' | 'list'>;
  readonly families: Pick<RefreshFamilies, 'remove' | 'list'>;
  readonly ledger: SignInLedger;
  readonly clock: Clock;
  readonly chance: Pick<Chance, 'id'>;
}

/** What is known of whoever shows a session. */
export type ShownSession = Pick<Session, 'principal' | 'tokenHash' | 'via' | 'family'>;

export type EndReason = EventData['signin.ended']['reason'];

/**
 * Removes a session, and with it its refresh family, then records it: what narrows does not wait for the ledger.
 * @throws HatcheckError `ledger_unavailable`: it may still be there, or it is gone and not recorded
 */
export const endSession = async (parts: EndingParts, session: ShownSession, reason: EndReason): Promise<void> => {
  const { principal, tokenHash, via, family } = session;
  const { handle, kind } = principal;
  if (family !== undefined) return endFamily(parts, { handle, kind, family }, reason);
  await parts.sessions.remove(handle, tokenHash);
  await recordSignIn(parts, principal, { type: 'signin.ended', data: { via, reason } });
};

/**
 * Removes a refresh family first, so that nothing new can come of it, and then its sessions; then records it.
 * @throws HatcheckError `ledger_unavailable`
 */
export const endFamily = async (
  parts: EndingParts,
  { handle, kind, family }: { readonly handle: Handle; readonly kind: Principal['kind']; readonly family: string },
  reason: EndReason,
): Promise<void> => {
  await parts.families.remove(handle, family);
  const sessions = await parts.sessions.list(handle);
  const ended = sessions.filter((session) => session.family === family);
  await Promise.all(ended.map(({ tokenHash }) => parts.sessions.remove(handle, tokenHash)));
  await recordSignIn(parts, { kind, handle }, { type: 'signin.ended', data: { via: 'bearer', reason } });
};

type SignInEvent =
  | { readonly type: 'signin.succeeded'; readonly data: EventData['signin.succeeded'] }
  | { readonly type: 'signin.ended'; readonly data: EventData['signin.ended'] };

/** Begins a stream of its own with the event. @throws HatcheckError `ledger_unavailable` */
export const recordSignIn = async (
  { ledger, clock, chance }: Pick<EndingParts, 'ledger' | 'clock' | 'chance'>,
  { kind, handle }: Pick<Principal, 'kind' | 'handle'>,
  event: SignInEvent,
): Promise<void> => {
  const eventId = chance.id();
  await ledger.begin(`signin#${eventId}`, { ...event, eventId, at: clock.now(), actor: { kind, handle } });
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
