import type { Actor, DomainEvent, StoredEvent } from '../domain/event.ts';
import type { Instant } from '../domain/principal.ts';
import { type RequestState, evolve, fold } from '../domain/request.ts';
import { latest } from '../domain/time.ts';
import { type Broker, type Patience, requestStream } from './broker.ts';
import { seal } from './chain.ts';
import { pauseOrGiveUp } from './try-again.ts';

/** What the ledger says of a request now. `undefined`: it has no such request. */
export interface Seen {
  readonly request: RequestState;
  readonly events: readonly StoredEvent[];
  readonly now: Instant;
}

/** Strongly consistent. @throws HatcheckError `ledger_unavailable` */
export const seen = async ({ ledger, clock }: Pick<Broker, 'ledger' | 'clock'>, requestId: string) => {
  const events = await ledger.read(requestStream(requestId));
  const request = fold(events);
  const last = events.at(-1);
  // Never before the last event, even when this machine's clock is behind the one that wrote it.
  return request && last ? { request, events, now: latest(clock.now(), last.at) } : undefined;
};

/**
 * Appends what nobody decided: that a time was over, or something outside had happened. When somebody else was quicker it is looked at
 * again, so that of several at once one says it, and what is no longer so is not said.
 *
 * @param says undefined when there is nothing to say
 * @returns the request as it is afterwards, and whether that was said; undefined where there is no such request
 * @throws HatcheckError `ledger_conflict`, `ledger_unavailable`
 */
export const appendAsSystem = async (
  broker: Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'>,
  { requestId, actor, patience }: { readonly requestId: string; readonly actor: Actor; readonly patience: Patience },
  says: (seen: Seen) => DomainEvent | undefined,
): Promise<{ readonly request: RequestState; readonly said: boolean } | undefined> => {
  const stream = requestStream(requestId);
  for (let tries = 0; ; tries += 1) {
    const before = await seen(broker, requestId);
    const event = before && says(before);
    if (!event) return before && { request: before.request, said: false };
    const eventId = broker.chance.id();
    const written = { eventId, at: before.now, actor, policy: broker.policy.version };
    const sealed = seal(before.events.at(-1), stream, { ...event, ...written });
    if ((await broker.ledger.append(sealed)) === 'appended') {
      return { request: evolve(before.request, sealed), said: true };
    }
    await pauseOrGiveUp(broker, patience, tries, 'ledger_conflict');
  }
};
