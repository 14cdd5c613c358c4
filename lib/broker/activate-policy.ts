import { activate } from '../domain/activate-policy.ts';
import type { Control } from '../domain/control.ts';
import type { Actor } from '../domain/event.ts';
import { appendCarried } from './append-carried.ts';
import type { Broker, Patience } from './broker.ts';
import { CONTROL } from './known.ts';

const DEPLOYMENT: Actor = { kind: 'system', handle: 'on-deploy' };

/**
 * Puts on record which access policy is deployed; what is decided after it goes by that. To activate an older one again is a roll-back.
 *
 * @throws HatcheckError `ledger_conflict`, `ledger_unavailable`: tell it again.
 */
export const activatePolicy = async (
  broker: Pick<Broker, 'ledger' | 'clock' | 'chance' | 'policy'>,
  version: string,
  patience: Patience,
): Promise<Control> => {
  const { state } = await appendCarried(broker, CONTROL, { actor: DEPLOYMENT, patience }, (control, now) =>
    activate(version, { control, now }),
  );
  return state;
};
