import type { Decision } from './command.ts';
import type { TextRef } from './event.ts';
import type { Handle, Instant } from './principal.ts';
import { type Standing, prunedAt } from './standing.ts';

/** On record in the person's own stream. */
export const signedOut = (
  standing: Standing,
  ended: { readonly people: readonly Handle[]; readonly ended: number; readonly reason: TextRef },
  now: Instant,
): Decision => ({ event: { type: 'person.signed_out', data: { ...ended, carried: prunedAt(standing, now) } } });
