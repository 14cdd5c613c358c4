import type { Instant } from '../domain/principal.ts';
import { plusSeconds } from '../domain/time.ts';
import type { ReplayGuard } from './ports.ts';

/**
 * Whoever checks has a clock of its own, behind the guard's by as much as this, and takes a while from its checks to the burn: what is
 * burnt only until nobody should take it could be taken again then.
 */
const LONGER_SECONDS = 60;

/**
 * Uses up what may be used once.
 * @param uselessFrom from then on no check lets it pass
 * @returns whether it was the first use @throws HatcheckError `ledger_unavailable`
 */
export const useOnce = (replayGuard: ReplayGuard, key: string, uselessFrom: Instant): Promise<boolean> =>
  replayGuard.burn(key, plusSeconds(uselessFrom, LONGER_SECONDS));
