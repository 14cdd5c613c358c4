import type { StoredEvent } from './event.ts';
import type { Hold } from './hold.ts';
import type { Instant } from './principal.ts';

/** What holds for everybody at once, as the last event of the `control` stream carries it. */
export interface Control {
  /** Those in force, in the order in which they were placed. */
  readonly holds: readonly Hold[];
  /** The access policy of the last deployment. Absent: none ever said so, and nothing may grow. */
  readonly active?: { readonly version: string; readonly at: Instant };
  /** The one before it: functions that have it may not have been replaced yet, and may go by it before that instant. */
  readonly predecessor?: { readonly version: string; readonly until: Instant };
}

export const NOTHING_SAID: Control = { holds: [] };

/** What the stream's last event carries. @throws TypeError when the event has no place in the `control` stream. */
export const controlAfter = (last: StoredEvent | undefined): Control => {
  if (!last) return NOTHING_SAID;
  switch (last.type) {
    case 'hold.placed':
    case 'hold.lifted':
    case 'policy.activated':
      return last.data.carried;
    default:
      throw new TypeError(`${last.type} has no place in control`);
  }
};
