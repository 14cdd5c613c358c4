import type { Broker } from '../../lib/broker/broker.ts';
import { seal } from '../../lib/broker/chain.ts';
import { CONTROL } from '../../lib/broker/known.ts';
import type { Texts } from '../../lib/broker/ports.ts';
import { newWords } from '../../lib/broker/words.ts';
import { HatcheckError } from '../../lib/domain/errors.ts';
import { latest } from '../../lib/domain/time.ts';
import { RESTORER } from './put-back-log.ts';

export interface Holding extends Pick<Broker, 'ledger' | 'clock' | 'chance'> {
  readonly texts: Pick<Texts, 'put'>;
}

/** No function runs that places holds, so that besides only a deployment appends to `control`: it is not quicker again and again. */
const TRIES = 5;

/**
 * Puts a hold on everything into the ledger itself, before any function runs that would give something out: nobody need be able to sign in for it.
 * Somebody of `security` lifts it like any other.
 *
 * @returns `there` where one on everything is in force already
 * @throws HatcheckError `ledger_unavailable`; `ledger_conflict` when others are quicker each time
 */
export const holdEverything = async (
  { ledger, texts, clock, chance }: Holding,
  reason: string,
): Promise<'placed' | 'there'> => {
  const words = newWords(chance, reason);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const last = await ledger.last(CONTROL.name);
    const control = CONTROL.stateOf(last);
    if (control.holds.some(({ target }) => target.on === 'all')) return 'there';
    await texts.put(RESTORER.handle, words.ref, words.value);
    const at = last ? latest(clock.now(), last.at) : clock.now();
    const hold = { id: `h_${chance.id()}`, target: { on: 'all' }, reason: words.ref, by: RESTORER.handle, at } as const;
    const carried = { ...control, holds: [...control.holds, hold] };
    const event = seal(last, CONTROL.name, {
      ...{ type: 'hold.placed', data: { hold, carried }, eventId: chance.id(), at, actor: RESTORER },
      ...(control.active ? { policy: control.active.version } : {}),
    });
    if ((await ledger.append(event)) === 'appended') return 'placed';
  }
  throw new HatcheckError({ code: 'ledger_conflict', reason: `others were quicker ${TRIES} times` });
};
