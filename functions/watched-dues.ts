import type { Dues } from '../lib/broker/ports.ts';
import { secondsBetween } from '../lib/domain/time.ts';
import { CUT_OFF_SECONDS } from '../lib/broker/settle-intents.ts';
import type { Meter } from '../lib/metrics.ts';

interface Watched {
  readonly dues: Dues;
  /** Puts how long the oldest has been due, of all that were read, and how old the oldest intent among them is; 0 where there is none. */
  readonly measure: () => void;
}

/** The same, noting what of it should have been done already: whatever a run does not come to, or fails at, grows older with each. */
export const watchedDues = (dues: Dues, meter: Meter): Watched => {
  let oldestDue = 0;
  let oldestIntent = 0;
  return {
    dues: {
      ...dues,
      by: async (now, shard, after) => {
        const page = await dues.by(now, shard, after);
        for (const { at, kind } of page.items) {
          const late = secondsBetween(at, now);
          oldestDue = Math.max(oldestDue, late);
          if (kind === 'outcome') oldestIntent = Math.max(oldestIntent, late + CUT_OFF_SECONDS);
        }
        return page;
      },
    },
    measure: () => {
      meter.put('OldestDue', oldestDue);
      meter.put('OldestIntent', oldestIntent);
      [oldestDue, oldestIntent] = [0, 0];
    },
  };
};
