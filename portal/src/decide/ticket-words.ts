import type { TicketEvidence } from '../../../lib/broker/evidence.ts';

export const TICKET_WORDS: Readonly<Record<TicketEvidence['state'], string>> = {
  open: 'Open now',
  closed: 'Closed',
  missing: 'There is no such ticket',
  unavailable: 'The ticket service does not answer',
  unchecked: 'Nobody checks it: it is the requester’s word',
};

/** Whose it is, where the service says so. */
export const standingOfTicket = ({ ofRequester }: TicketEvidence): string =>
  ofRequester === undefined ? '.' : ofRequester ? ', and the requester’s.' : ', but not the requester’s.';
