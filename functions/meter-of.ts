import type { Surroundings } from '../lib/broker/system.ts';
import type { Config } from '../lib/config/environment.ts';
import { type Meter, silentMeter } from '../lib/metrics.ts';

interface Around {
  readonly meterIn?: Surroundings['meterIn'] | undefined;
}

/** The function's meter in its stage; where nothing around it measures, one that says nothing. */
export const meterOf = ({ stage }: Pick<Config, 'stage'>, { meterIn }: Around): Meter =>
  meterIn?.(stage) ?? silentMeter;
