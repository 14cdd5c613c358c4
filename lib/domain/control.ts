import type { Hold } from './hold.ts';

/** What holds for everybody at once, as the `control` stream tells it. */
export interface Control {
  readonly holds: readonly Hold[];
}

export const NOTHING_SAID: Control = { holds: [] };
