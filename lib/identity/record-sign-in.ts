import type { EventData } from '../domain/event.ts';
import type { Principal } from '../domain/principal.ts';
import type { Chance, Clock, SignInLedger } from './ports.ts';

/** What recording works with. */
export interface RecordingParts {
  readonly ledger: SignInLedger;
  readonly clock: Clock;
  readonly chance: Pick<Chance, 'id'>;
}

type SignInEvent = {
  [T in 'signin.succeeded' | 'signin.refused' | 'signin.ended']: { readonly type: T; readonly data: EventData[T] };
}['signin.succeeded' | 'signin.refused' | 'signin.ended'];

/** Begins a stream of its own with the event. @throws HatcheckError `ledger_unavailable` */
export const recordSignIn = async (
  { ledger, clock, chance }: RecordingParts,
  { kind, handle }: Pick<Principal, 'kind' | 'handle'>,
  event: SignInEvent,
): Promise<void> => {
  const eventId = chance.id();
  await ledger.begin(`signin#${eventId}`, { ...event, eventId, at: clock.now(), actor: { kind, handle } });
};
