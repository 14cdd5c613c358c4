import type { Decision } from '../domain/command.ts';
import { HatcheckError } from '../domain/errors.ts';
import type { Actor, StoredEvent } from '../domain/event.ts';
import type { Instant } from '../domain/principal.ts';
import { latest } from '../domain/time.ts';
import type { Broker, Patience } from './broker.ts';
import { seal } from './chain.ts';
import { pauseOrGiveUp } from './try-again.ts';

/**
 * A stream of which each event carries the whole state after it (`data.carried`), so that its last event is all that a decision reads,
 * however long the stream is (docs/decisions/0005).
 */
export interface CarriedStream<S> {
  readonly name: string;
  /** The state that the last event carries; of a stream that has none yet, the state in which it begins. @throws TypeError */
  readonly stateOf: (last: StoredEvent | undefined) => S;
}

export interface AppendCarriedOptions {
  readonly actor: Actor;
  readonly patience: Patience;
  /** Runs once, after the first decision in favour and before the first append: what the event refers to is stored there. */
  readonly prepare?: () => Promise<void>;
}

/** The state after it all; `event` is absent when nothing had to be written. */
export interface Carried<S> {
  readonly state: S;
  readonly event?: StoredEvent;
}

/**
 * Decides on the state that the stream's last event carries, and appends the one event, which carries the state after it; when somebody else
 * was quicker, reads again, decides again. Ends with the caller's patience.
 *
 * @throws HatcheckError with the decision's refusal; `ledger_conflict`, `ledger_unavailable`.
 */
export const appendCarried = async <S>(
  { ledger, clock, chance, policy }: Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'>,
  stream: CarriedStream<S>,
  { actor, patience, prepare }: AppendCarriedOptions,
  decision: (state: S, now: Instant) => Decision,
): Promise<Carried<S>> => {
  let last = await ledger.last(stream.name);
  for (let tries = 0; ; tries += 1) {
    const state = stream.stateOf(last);
    // Never before the stream's last event, even when this machine's clock is behind the one that wrote it.
    const now = last ? latest(clock.now(), last.at) : clock.now();
    const decided = decision(state, now);
    if ('refusal' in decided) throw new HatcheckError(decided.refusal);
    if (!decided.event) return { state };
    if (tries === 0) await prepare?.();
    const written = { eventId: chance.id(), at: now, actor, policy: policy.version };
    const event = seal(last, stream.name, { ...decided.event, ...written });
    if ((await ledger.append(event)) === 'appended') return { state: stream.stateOf(event), event };
    await pauseOrGiveUp({ clock, chance }, patience, tries, 'ledger_conflict');
    last = await ledger.last(stream.name);
  }
};
