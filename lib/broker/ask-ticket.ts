import type { Submit } from '../domain/command.ts';
import { ticketFits } from '../domain/decide-submit.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import { eligibleFor } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { TicketAnswer } from '../domain/ticket.ts';
import type { Tickets } from './ports.ts';

/**
 * What the ticket service says, as a member of `Submit`. It is asked only where the entitlement wants it, by somebody who may ask for the
 * entitlement, and about something of a ticket's form: it is nobody's oracle.
 */
export const askTicket = async (
  { policy, tickets }: { readonly policy: AccessPolicy; readonly tickets: Tickets },
  principal: Principal,
  { ticket, ...asked }: Pick<Submit, 'entitlementId' | 'breakGlass' | 'ticket'>,
): Promise<{ readonly ticketAnswer?: TicketAnswer }> => {
  const entitlement = eligibleFor(policy, principal, asked);
  const check = entitlement?.ticket?.check;
  if (!check || ticket === undefined || ticketFits(entitlement, ticket)) return {};
  return { ticketAnswer: await tickets.look(check.service, ticket) };
};

/** Each ticket is looked at once, however many ask about it at the same time. */
export const eachOnce = (tickets: Tickets): Tickets => {
  const answers = new Map<string, Promise<TicketAnswer>>();
  return {
    look: (service, ticket) => {
      const key = JSON.stringify([service, ticket]);
      const answer = answers.get(key) ?? tickets.look(service, ticket);
      answers.set(key, answer);
      return answer;
    },
  };
};
