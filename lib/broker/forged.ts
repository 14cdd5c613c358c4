import { controlAfter } from '../domain/control.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { StoredEvent } from '../domain/event.ts';
import { standingAfter } from '../domain/standing.ts';
import { BrokenChainError, verifyFollows } from './chain.ts';
import { CONTROL } from './known.ts';
import { personStream } from './person-stream.ts';
import type { LedgerPairs } from './ports.ts';

/** Whether each event of the stream carries the state after it. */
export const isCarried = (stream: string): boolean =>
  stream === CONTROL.name || stream.startsWith(personStream('').name);

/**
 * The event at that place of a stream whose events carry the state, or that it does not follow the one before it, or has no place there. Only
 * the two are read: the stream may be long. Undefined for what is no longer there, or was altered before: another change tells of that.
 * @throws HatcheckError `ledger_unavailable`
 */
export const readFollowing = async (
  ledger: LedgerPairs,
  stream: string,
  seq: number,
): Promise<StoredEvent | 'forged' | undefined> => {
  const pair = await pairOrBreak(ledger, stream, seq);
  if (pair instanceof BrokenChainError) return pair.seq === seq ? 'forged' : undefined;
  const event = pair.find((each) => each.seq === seq);
  if (!event) return undefined;
  try {
    verifyFollows(
      pair.find((each) => each.seq === seq - 1),
      event,
    );
    (stream === CONTROL.name ? controlAfter : standingAfter)(event);
    return event;
  } catch (error) {
    if (error instanceof BrokenChainError || error instanceof TypeError) return 'forged';
    throw error;
  }
};

/** An item that is no event is an answer here. */
const pairOrBreak = async (
  ledger: LedgerPairs,
  stream: string,
  seq: number,
): Promise<readonly StoredEvent[] | BrokenChainError> => {
  try {
    return await ledger.pair(stream, seq);
  } catch (error) {
    if (error instanceof HatcheckError && error.cause instanceof BrokenChainError) return error.cause;
    throw error;
  }
};
