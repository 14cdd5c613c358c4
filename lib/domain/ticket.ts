import { sameMailbox } from './email.ts';
import { type Refusal, badInput, refuse } from './errors.ts';
import type { Principal } from './principal.ts';
import type { Check } from './rule.ts';

/** Which service knows an entitlement's tickets, and what must be so of them besides that they are open. */
export interface TicketCheck {
  /** As access.yml names it. */
  readonly service: string;
  /** To the requester, by verified e-mail. */
  readonly assigned: boolean;
  /** When the ticket is closed, so is the grant. */
  readonly endsGrant: boolean;
}

/** What the service says of one ticket now. */
export interface TicketFound {
  readonly state: 'open' | 'closed' | 'missing';
  /** An e-mail address, where the service names one. */
  readonly assignee?: string;
}

/** `unavailable`: it could not be asked, or did not answer as it should. */
export type TicketAnswer = TicketFound | 'unavailable';

/** The ticket is alive: it exists, is open, and is the requester's where that is asked for. Without an answer it is not. */
export const ticketAlive = (
  check: TicketCheck,
  { ticket, ticketAnswer }: { readonly ticket?: string; readonly ticketAnswer?: TicketAnswer },
  principal: Principal,
): Check => ({
  rule: 'ticketAlive',
  detail: `${check.service} has the ticket, it is open${check.assigned ? ', and it is assigned to you' : ''}.`,
  check: () => (ticket === undefined ? undefined : whyNot(check, ticketAnswer, principal)),
});

const whyNot = (
  { service, assigned }: TicketCheck,
  answer: TicketAnswer | undefined,
  { email }: Principal,
): Refusal | undefined => {
  if (answer === undefined || answer === 'unavailable')
    return refuse('ticket_unavailable', `${service} could not be asked for the ticket`);
  if (answer.state === 'missing') return badInput('/ticket', 'no_such_ticket', `${service} has no such ticket`);
  if (answer.state === 'closed') return badInput('/ticket', 'ticket_closed', 'an open ticket');
  const { assignee } = answer;
  return assigned && !(email !== undefined && assignee !== undefined && sameMailbox(email, assignee))
    ? badInput('/ticket', 'not_assigned', 'a ticket that is assigned to you')
    : undefined;
};
