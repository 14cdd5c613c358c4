import type { Context } from '../domain/command.ts';
import { type Control, NOTHING_SAID, controlAfter } from '../domain/control.ts';
import { NO_STANDING } from '../domain/standing.ts';
import type { CarriedStream } from './append-carried.ts';
import type { Broker } from './broker.ts';

/** What a decision goes by besides the request, the principal, the policy and the time. */
export type Known = Pick<Context, 'control' | 'standing' | 'requesterStanding'>;

export const NOTHING_KNOWN: Known = {
  control: NOTHING_SAID,
  standing: NO_STANDING,
  requesterStanding: NO_STANDING,
};

export const CONTROL: CarriedStream<Control> = { name: 'control', stateOf: controlAfter };

/** What is known now, strongly consistent; read beside the request's stream. @throws HatcheckError `ledger_unavailable` */
export const readKnown = async ({ ledger }: Pick<Broker, 'ledger'>): Promise<Known> => ({
  ...NOTHING_KNOWN,
  control: CONTROL.stateOf(await ledger.last(CONTROL.name)),
});

/**
 * For what only takes away, and for what only shows: it must work while `control` cannot be read. Who hears nothing of it can make nothing
 * grow, so that this is no way around a hold.
 */
export const readKnownOrNothing = async (broker: Pick<Broker, 'ledger' | 'warn'>): Promise<Known> => {
  try {
    return await readKnown(broker);
  } catch (error) {
    broker.warn('control was not read', error);
    return NOTHING_KNOWN;
  }
};
