import type { Handle } from './principal.ts';

/** What is known of a principal beyond one request, as their own stream tells it. */
export interface Standing {
  /** Handles that were ever proved to be the same person, this one not among them. A link that was removed still counts here. */
  readonly sameAs: readonly Handle[];
}

export const NO_STANDING: Standing = { sameAs: [] };
