import { setTimeout as pause } from 'node:timers/promises';

export interface InTurns {
  /** Once, when whatever is under way is done. Rejects with what goes wrong. */
  readonly now: () => Promise<void>;
  /** Ends the turns, and waits for the last one. */
  readonly close: () => Promise<void>;
}

export interface TurnsOptions {
  /** From the end of one turn to the next, in ms, asked anew each time. Without it only `now` does anything. */
  readonly intervalMs: (() => number) | undefined;
  /** A turn that fails is followed by the next one all the same. */
  readonly onFailure: (error: unknown) => void;
}

/** Does something again and again, never twice at once. */
export const inTurns = (work: () => Promise<void>, { intervalMs, onFailure }: TurnsOptions): InTurns => {
  const closing = new AbortController();
  let latest = Promise.resolve();
  const now = (): Promise<void> => (latest = latest.then(work, work));
  const nextTurn = (ms: number): Promise<boolean> =>
    pause(ms, true, { signal: closing.signal, ref: false }).catch(() => false);
  const follow = async (every: () => number): Promise<void> => {
    while (await nextTurn(every())) await now().catch(onFailure);
  };
  const following = intervalMs ? follow(intervalMs) : Promise.resolve();
  return {
    now,
    close: async () => {
      closing.abort();
      await following;
      await latest.catch(() => undefined);
    },
  };
};
