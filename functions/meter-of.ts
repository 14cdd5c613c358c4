import type { Surroundings } from '../lib/broker/system.ts';
import type { Config } from '../lib/config/environment.ts';
import { type Meter, silentMeter } from '../lib/metrics.ts';

/** The function's meter in its stage; where nothing around it measures, one that says nothing. */
export const meterOf = ({ stage }: Pick<Config, 'stage'>, { meterIn }: Pick<Surroundings, 'meterIn'>): Meter =>
  meterIn?.(stage) ?? silentMeter;
