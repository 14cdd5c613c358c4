import type { EventType, StoredEvent } from './event.ts';

/** The value, which what went before has made sure is there. @throws TypeError when it has not: a programmer's mistake. */
export const certain = <T>(value: T | undefined, claim: string): T => {
  if (value === undefined) throw new TypeError(claim);
  return value;
};

type Typed<T extends EventType> = Extract<StoredEvent, { readonly type: T }>;

/** The event, which is known to be of this type. @throws TypeError when it is another or none: a programmer's mistake. */
export const eventOf = <T extends EventType>(type: T, event: StoredEvent | undefined): Typed<T> => {
  const isOfType = (candidate: StoredEvent | undefined): candidate is Typed<T> => candidate?.type === type;
  if (!isOfType(event)) throw new TypeError(`this is no ${type}`);
  return event;
};
