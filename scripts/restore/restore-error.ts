/**
 * `another_event`: the ledger has another event in that place; `another_checkpoint`: likewise; `no_place`: the one before it is not there;
 * `changed`: the export is not the one that was verified; `since`: something before that day is missing.
 */
export type RestoreFault = 'another_event' | 'another_checkpoint' | 'no_place' | 'changed' | 'since';

/** Nothing was put in that place, and nothing behind it. */
export class RestoreError extends Error {
  readonly fault: RestoreFault;
  /** The stream and number, the file, or the leaf. */
  readonly place: string;

  constructor(fault: RestoreFault, place: string) {
    super(`${fault}: ${place}`);
    this.name = 'RestoreError';
    this.fault = fault;
    this.place = place;
  }
}
