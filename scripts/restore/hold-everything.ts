import type { Broker } from '../../lib/broker/broker.ts';
import { seal } from '../../lib/broker/chain.ts';
import { CONTROL } from '../../lib/broker/known.ts';
import type { Texts } from '../../lib/broker/ports.ts';
import { newWords } from '../../lib/broker/words.ts';
import type { Actor } from '../../lib/domain/event.ts';
import { latest } from '../../lib/domain/time.ts';
import { RestoreError } from './restore-error.ts';

export interface Holding extends Pick<Broker, 'ledger' | 'clock' | 'chance'> {
  readonly texts: Pick<Texts, 'put'>;
}

/** Of an outage nothing is left but who else deploys at this moment. */
const TRIES = 5;

/**
 * A hold on everything, in the ledger before anything is given out: nobody need be able to sign in for it. `security` lifts it as any other.
 *
 * @returns whether it was placed now, or another one on everything is in force
 * @throws HatcheckError `ledger_unavailable`; RestoreError when others are quicker all the time
 */
export const holdEverything = async (
  { ledger, texts, clock, chance }: Holding,
  by: Actor,
  reason: string,
): Promise<'placed' | 'there'> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const last = await ledger.last(CONTROL.name);
    const control = CONTROL.stateOf(last);
    if (control.holds.some(({ target }) => target.on === 'all')) return 'there';
    const words = newWords(chance, reason);
    await texts.put(by.handle, words.ref, words.value);
    const at = last ? latest(clock.now(), last.at) : clock.now();
    const hold = { id: `h_${chance.id()}`, target: { on: 'all' }, reason: words.ref, by: by.handle, at } as const;
    const carried = { ...control, holds: [...control.holds, hold] };
    const event = seal(last, CONTROL.name, {
      ...{ type: 'hold.placed', data: { hold, carried }, eventId: chance.id(), at, actor: by },
      ...(control.active ? { policy: control.active.version } : {}),
    });
    if ((await ledger.append(event)) === 'appended') return 'placed';
  }
  throw new RestoreError('another_event', CONTROL.name);
};
