import type { StoredEvent } from './event.ts';
import type { Hold } from './hold.ts';

/** What holds for everybody at once, as the last event of the `control` stream carries it. */
export interface Control {
  /** Those in force, in the order in which they were placed. */
  readonly holds: readonly Hold[];
}

export const NOTHING_SAID: Control = { holds: [] };

/** What the stream's last event carries. @throws TypeError when the event has no place in the `control` stream. */
export const controlAfter = (last: StoredEvent | undefined): Control => {
  if (!last) return NOTHING_SAID;
  if (last.type !== 'hold.placed' && last.type !== 'hold.lifted')
    throw new TypeError(`${last.type} has no place in control`);
  return last.data.carried;
};
