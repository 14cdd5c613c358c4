import { HatcheckError } from '../domain/errors.ts';
import type { Broker, Patience } from './broker.ts';

/** The longest pause between two tries; short, since a conflict means that somebody else's write is already done. */
const MAX_PAUSE_MS = 80;

/**
 * Waits before the next try at the ledger; longer each time, and by chance, so that those who met do not meet again.
 *
 * @param tries how many were made before this one.
 * @throws HatcheckError with the code when the caller's patience does not reach to another try.
 */
export const pauseOrGiveUp = async (
  { clock, chance }: Pick<Broker, 'clock' | 'chance'>,
  patience: Patience,
  tries: number,
  code: 'ledger_conflict' | 'ledger_unavailable',
): Promise<void> => {
  if (patience.remainingMs() <= MAX_PAUSE_MS)
    throw new HatcheckError({ code, reason: `not appended in ${tries + 1} tries` });
  await clock.pause(chance.fraction() * Math.min(MAX_PAUSE_MS, 5 * 2 ** Math.min(tries, 4)));
};
