import type { Context } from '../domain/command.ts';
import { type Control, NOTHING_SAID, controlAfter } from '../domain/control.ts';
import type { Handle } from '../domain/principal.ts';
import { NO_STANDING } from '../domain/standing.ts';
import type { CarriedStream } from './append-carried.ts';
import type { Broker } from './broker.ts';
import { readStanding } from './person-stream.ts';

/** What a decision goes by besides the request, the principal, the policy and the time. */
export type Known = Pick<Context, 'control' | 'standing' | 'requesterStanding'>;

/**
 * For what goes by neither, or cannot read them. No access policy is active then, so that nothing passes the rules that would let
 * something grow; what shows and what takes away goes on.
 */
export const UNREAD: Known = { control: NOTHING_SAID, standing: NO_STANDING, requesterStanding: NO_STANDING };

export const CONTROL: CarriedStream<Control> = { name: 'control', stateOf: controlAfter };

/**
 * What is known now, strongly consistent, of everybody and of whoever acts; read beside the request's stream. What
 * the requester's own stream says, where that is somebody else, is for `readForDecision` to add: whatever else goes by this only shows.
 * @throws HatcheckError `ledger_unavailable`
 */
export const readKnown = async ({ ledger }: Pick<Broker, 'ledger'>, caller: Handle): Promise<Known> => {
  const [control, standing] = await Promise.all([ledger.last(CONTROL.name), readStanding(ledger, caller)]);
  return { control: CONTROL.stateOf(control), standing, requesterStanding: NO_STANDING };
};

/** For what only takes away, and for what only shows: it must work while neither can be read. */
export const readKnownOrUnread = async (broker: Pick<Broker, 'ledger' | 'warn'>, caller: Handle): Promise<Known> => {
  try {
    return await readKnown(broker, caller);
  } catch (error) {
    broker.warn('neither control nor the caller’s own stream was read', error);
    return UNREAD;
  }
};
