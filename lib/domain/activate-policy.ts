import type { Context, Decision } from './command.ts';
import { plusSeconds } from './time.ts';

/** How long functions with the access policy before may go on: they are not all replaced at one instant. */
const PREDECESSOR_SECONDS = 600;

/**
 * From now on this access policy is the active one, and only the one that was active until now may still be gone by for a while. What is
 * active already stays so: a deployment that is told twice changes nothing.
 */
export const activate = (version: string, { control, now }: Pick<Context, 'control' | 'now'>): Decision => {
  const { holds, active } = control;
  if (active?.version === version) return { event: undefined };
  const until = plusSeconds(now, PREDECESSOR_SECONDS);
  const predecessor = active && { version: active.version, until };
  const carried = { holds, active: { version, at: now }, ...(predecessor ? { predecessor } : {}) };
  return { event: { type: 'policy.activated', data: { version, carried } } };
};
