import type { Handle } from '../domain/principal.ts';
import { type Standing, standingAfter } from '../domain/standing.ts';
import type { CarriedStream } from './append-carried.ts';
import type { Ledger } from './ports.ts';

/** The stream of one handle: links, delegations, reservations. */
export const personStream = (handle: Handle): CarriedStream<Standing> => ({
  name: `person#${handle}`,
  stateOf: standingAfter,
});

/** One item, strongly consistent. @throws HatcheckError `ledger_unavailable` */
export const readStanding = async (ledger: Pick<Ledger, 'last'>, handle: Handle): Promise<Standing> => {
  const { name, stateOf } = personStream(handle);
  return stateOf(await ledger.last(name));
};
