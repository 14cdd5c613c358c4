import { plusSeconds } from '../domain/time.ts';
import type { ReplayGuard } from '../identity/ports.ts';
import type { ChatAct } from './act.ts';
import type { ChatActs } from './port.ts';

/** How long an act is known. What comes later than this with a good signature is stale by any clock. */
const KNOWN_SECONDS = 3600;

/**
 * Puts the act on the queue, once. It is burnt first: where the queue then does not take it, whoever pressed hears so and presses again, which
 * is another act; the other way round a replay could be done twice.
 *
 * @returns `before` for one that was received already
 * @throws HatcheckError `ledger_unavailable`, `aws_unavailable`
 */
export const receiveAct = async (
  { acts, replayGuard }: { readonly acts: ChatActs; readonly replayGuard: ReplayGuard },
  act: ChatAct,
): Promise<'taken' | 'before'> => {
  if (!(await replayGuard.burn(`chat#${act.id}`, plusSeconds(act.at, KNOWN_SECONDS)))) return 'before';
  await acts.send(act);
  return 'taken';
};
