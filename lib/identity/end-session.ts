import { HatcheckError } from '../domain/errors.ts';
import type { EventData } from '../domain/event.ts';
import type { Chance, Clock, Session, Sessions, SignInLedger } from './ports.ts';

/** What ending a session works with. */
export interface EndingParts {
  readonly sessions: Pick<Sessions, 'remove' | 'list'>;
  readonly ledger: SignInLedger;
  readonly clock: Clock;
  readonly chance: Pick<Chance, 'id'>;
}

/** What is known of whoever shows a session. */
export type ShownSession = Pick<Session, 'principal' | 'tokenHash' | 'via'>;

export type EndReason = EventData['signin.ended']['reason'];

/**
 * Removes a session, then records it: what narrows does not wait for the ledger.
 * @throws HatcheckError `ledger_unavailable`: it may still be there, or it is gone and not recorded
 */
export const endSession = async (parts: EndingParts, session: ShownSession, reason: EndReason): Promise<void> => {
  const { principal, tokenHash, via } = session;
  await parts.sessions.remove(principal.handle, tokenHash);
  await recordEnd(parts, principal, { via, reason });
};

const recordEnd = async (
  { ledger, clock, chance }: Omit<EndingParts, 'sessions'>,
  { kind, handle }: Session['principal'],
  data: EventData['signin.ended'],
): Promise<void> => {
  const eventId = chance.id();
  await ledger.begin(`signin#${eventId}`, {
    ...{ type: 'signin.ended', data, eventId },
    ...{ at: clock.now(), actor: { kind, handle } },
  });
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
