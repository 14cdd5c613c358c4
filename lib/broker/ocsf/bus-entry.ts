import type { StoredEvent } from '../../domain/event.ts';
import type { OcsfEvent } from './ocsf-event.ts';
import { ocsfOf } from './ocsf-of.ts';

/** What goes on the bus: the event itself, and what it is to a SIEM. */
export interface EventEntry {
  /** The event's type. */
  readonly type: string;
  readonly at: string;
  readonly detail: { readonly event: StoredEvent; readonly ocsf: OcsfEvent };
  /** Of an event that is too large for a bus: it is in the ledger under that place. */
  readonly brief: {
    readonly event: Omit<StoredEvent, 'data'> & { readonly dataLeftOut: true };
    readonly ocsf: OcsfEvent;
  };
}

/** @param product the broker's origin */
export const busEntryOf = (event: StoredEvent, product: string): EventEntry => {
  const ocsf = ocsfOf(event, product);
  const rest = withoutData(event);
  return {
    type: event.type,
    at: event.at,
    detail: { event, ocsf },
    brief: { event: { ...rest, dataLeftOut: true }, ocsf },
  };
};

const withoutData = ({ data: _data, ...rest }: StoredEvent): Omit<StoredEvent, 'data'> => rest;
