import type { Context } from '../domain/command.ts';
import { type Control, NOTHING_SAID, controlAfter } from '../domain/control.ts';
import type { Handle } from '../domain/principal.ts';
import { NO_STANDING } from '../domain/standing.ts';
import type { CarriedStream } from './append-carried.ts';
import type { Broker } from './broker.ts';
import { readStanding } from './person-stream.ts';

/** What a decision goes by besides the request, the principal, the policy and the time. */
export type Known = Pick<Context, 'control' | 'standing' | 'requesterStanding'>;

export const NOTHING_KNOWN: Known = {
  control: NOTHING_SAID,
  standing: NO_STANDING,
  requesterStanding: NO_STANDING,
};

export const CONTROL: CarriedStream<Control> = { name: 'control', stateOf: controlAfter };

/**
 * What is known now, strongly consistent, of everybody and of whoever acts; read beside the request's stream.
 * @throws HatcheckError `ledger_unavailable`
 */
export const readKnown = async ({ ledger }: Pick<Broker, 'ledger'>, caller: Handle): Promise<Known> => {
  const [control, standing] = await Promise.all([ledger.last(CONTROL.name), readStanding(ledger, caller)]);
  return { ...NOTHING_KNOWN, control: CONTROL.stateOf(control), standing };
};

/**
 * For what only takes away, and for what only shows: it must work while neither can be read. Who hears nothing of it can make nothing
 * grow, so that this is no way around a hold.
 */
export const readKnownOrNothing = async (broker: Pick<Broker, 'ledger' | 'warn'>, caller: Handle): Promise<Known> => {
  try {
    return await readKnown(broker, caller);
  } catch (error) {
    broker.warn('neither control nor the caller’s own stream was read', error);
    return NOTHING_KNOWN;
  }
};
