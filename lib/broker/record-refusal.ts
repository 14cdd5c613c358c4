import type { Refusal } from '../domain/errors.ts';
import type { Purpose, StoredEvent } from '../domain/event.ts';
import type { Principal } from '../domain/principal.ts';
import { latest, plusSeconds, isBefore } from '../domain/time.ts';
import { type Broker, actorOf, refusalsStream } from './broker.ts';
import { seal } from './chain.ts';

/** Identical refusals within a minute count as one, so that a client in a loop does not fill the ledger. */
const SAME_WITHIN_SECONDS = 60;
const TRIES = 5;

/** Puts a refusal on record, apart from the request's lifecycle. When that fails the refusal stands all the same; the operator is told. */
export const recordRefusal = async (
  broker: Broker,
  {
    requestId,
    principal,
    purpose,
    refusal,
  }: { requestId: string; principal: Principal; purpose: Purpose; refusal: Refusal },
): Promise<void> => {
  try {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const last = await broker.ledger.last(refusalsStream(requestId));
      const now = last ? latest(broker.clock.now(), last.at) : broker.clock.now();
      if (last && saysTheSame(last, { principal, purpose, refusal, now })) return;
      const event = seal(last, refusalsStream(requestId), {
        type: 'credentials.refused',
        data: { requestId, purpose, code: refusal.code, reason: refusal.reason },
        eventId: broker.chance.id(),
        at: now,
        actor: actorOf(principal),
        policy: broker.policy.version,
      });
      if ((await broker.ledger.append(event)) === 'appended') return;
    }
    broker.warn('refusal not recorded', new Error(`others were quicker ${TRIES} times`));
  } catch (error) {
    broker.warn('refusal not recorded', error);
  }
};

const saysTheSame = (
  last: StoredEvent,
  { principal, purpose, refusal, now }: { principal: Principal; purpose: Purpose; refusal: Refusal; now: string },
): boolean =>
  last.type === 'credentials.refused' &&
  last.actor.handle === principal.handle &&
  last.data.purpose === purpose &&
  last.data.code === refusal.code &&
  isBefore(now, plusSeconds(last.at, SAME_WITHIN_SECONDS));
