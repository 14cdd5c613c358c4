import { msOf } from '../domain/time.ts';
import type { Clock } from './ports.ts';

/** What was published is taken for true so long without asking again. */
const FRESH_MS = 15 * 60_000;

/** A provider that is away for longer signs nobody in; until then its last word serves. */
const MAX_STALE_MS = 24 * 3600_000;

/** Nobody is asked for the same document twice within this, whatever the first answer was and whoever wants to know. */
export const ASK_AGAIN_SECONDS = 30;

export interface CachedDocument<T> {
  /** At most a quarter of an hour old; where no newer one can be had, at most a day. @throws what the fetch throws */
  current(): Promise<T>;
  /** Asked for now, or within the last half minute: then the answer was the same, or the failure. @throws what the fetch throws */
  newest(): Promise<T>;
}

/**
 * A document of somebody else's, fetched when first needed, by one call at a time.
 *
 * @param onStale is told, once a fetch, when an older document serves because a new one could not be had
 */
export const cachedDocument = <T>(parts: {
  readonly fetch: () => Promise<T>;
  readonly clock: Clock;
  readonly onStale: (cause: unknown) => void;
}): CachedDocument<T> => {
  const nowMs = (): number => msOf(parts.clock.now());
  let held: { readonly value: T; readonly fetchedAt: number } | undefined;
  let asked: { readonly at: number; readonly answer: Promise<T> } | undefined;

  const isHeldWithin = (ms: number): boolean => held !== undefined && nowMs() - held.fetchedAt <= ms;

  const ask = async (): Promise<T> => {
    try {
      const value = await parts.fetch();
      held = { value, fetchedAt: nowMs() };
      return value;
    } catch (cause) {
      if (isHeldWithin(MAX_STALE_MS)) parts.onStale(cause);
      throw cause;
    }
  };

  const newest = (): Promise<T> => {
    if (!asked || nowMs() - asked.at >= ASK_AGAIN_SECONDS * 1000) asked = { at: nowMs(), answer: ask() };
    return asked.answer;
  };

  return {
    newest,
    current: async () => {
      if (held && isHeldWithin(FRESH_MS)) return held.value;
      try {
        return await newest();
      } catch (cause) {
        if (held && isHeldWithin(MAX_STALE_MS)) return held.value;
        throw cause;
      }
    },
  };
};
