import type { Context } from '../domain/command.ts';
import { NOTHING_SAID } from '../domain/control.ts';
import { NO_STANDING } from '../domain/standing.ts';

/** What a decision goes by besides the request, the principal, the policy and the time. */
export type Known = Pick<Context, 'channel' | 'control' | 'standing' | 'requesterStanding'>;

export const NOTHING_KNOWN: Known = {
  channel: 'portal',
  control: NOTHING_SAID,
  standing: NO_STANDING,
  requesterStanding: NO_STANDING,
};
