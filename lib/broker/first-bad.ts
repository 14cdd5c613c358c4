import { type Linked, verifyFollows, verifyHash } from './chain.ts';

/** What became of a stream. `altered` is also an event that does not continue the one before it: one of the two was written anew. */
export type Tampering = 'altered' | 'dropped' | 'reordered' | 'added';

export interface Bad {
  /** The first place, counted from 0, at which what should stand there does not. */
  readonly seq: number;
  readonly what: Tampering;
}

/**
 * The first place of a whole stream, from its beginning, that is not as it was written; undefined where all is well.
 *
 * NB. a chain alone does not show that its tail is missing, nor that all of it was written anew from some place on, with new hashes.
 *
 * @param events in the order in which they are said to have been written; may be anything
 */
export const firstBad = (stream: string, events: readonly unknown[]): Bad | undefined => {
  let prev: Linked | undefined;
  for (const [seq, event] of events.entries()) {
    const place = { stream, seq, prev };
    if (!fits(place, event)) return { seq, what: tamperingAt(place, event, events) };
    prev = event;
  }
  return undefined;
};

interface Place {
  readonly stream: string;
  readonly seq: number;
  readonly prev: Linked | undefined;
}

const tamperingAt = (place: Place, event: unknown, events: readonly unknown[]): Tampering => {
  const standsLater = events.slice(place.seq + 1).some((other) => fits(place, other));
  if (!isSound(event)) return standsLater ? 'added' : 'altered';
  const standsTwice = events.filter((other) => isLinked(other) && other.hash === event.hash).length > 1;
  if (event.stream !== place.stream || standsTwice || event.seq < place.seq) return 'added';
  if (event.seq === place.seq) return standsLater ? 'added' : 'altered';
  return standsLater ? 'reordered' : 'dropped';
};

const fits = ({ stream, seq, prev }: Place, event: unknown): event is Linked =>
  isLinked(event) &&
  event.stream === stream &&
  event.seq === seq &&
  holds(() => {
    verifyFollows(prev, event);
  });

const isSound = (event: unknown): event is Linked =>
  isLinked(event) &&
  holds(() => {
    verifyHash(event);
  });

const holds = (check: () => void): boolean => {
  try {
    check();
    return true;
  } catch {
    // Broken, or without a canonical form: what has none was never sealed.
    return false;
  }
};

/** NB. nothing is copied: a member that a copy would lose is not what was written. */
const isLinked = (event: unknown): event is Linked =>
  typeof event === 'object' &&
  event !== null &&
  ['stream', 'at', 'prevHash', 'hash'].every((name) => typeof own(event, name) === 'string') &&
  typeof own(event, 'seq') === 'number';

const own = (event: object, name: string): unknown => Object.getOwnPropertyDescriptor(event, name)?.value;
