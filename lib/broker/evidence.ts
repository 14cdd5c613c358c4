import type { Entitlement } from '../domain/entitlement.ts';
import { sameMailbox } from '../domain/email.ts';
import type { RequestState } from '../domain/request.ts';
import { ticketFits } from '../domain/decide-submit.ts';
import type { Unusual } from '../domain/unusual.ts';
import { type Before, compareWithBefore } from './before.ts';
import type { Desk } from './broker.ts';

/** What whoever decides needs besides the request itself: nothing of it is the requester's word. */
export interface Evidence {
  /** What is lent, by today's access.yml; absent where the entitlement is gone. */
  readonly role?: RoleEvidence;
  readonly ticket?: TicketEvidence;
  /** Absent when it cannot be found out. */
  readonly before?: Before;
  readonly unusual: readonly Unusual[];
}

export interface RoleEvidence {
  readonly accountName: string;
  /** What the role can do, as access.yml says it. */
  readonly description?: string;
  /** Whether its sessions may assume further roles. */
  readonly chaining: boolean;
  /** From where alone its sessions may be used; absent: from anywhere. */
  readonly sourceIps?: readonly string[];
}

/** `unchecked`: access.yml names no service that would know it. */
export interface TicketEvidence {
  readonly state: 'open' | 'closed' | 'missing' | 'unavailable' | 'unchecked';
  /** Whether it is assigned to the requester; absent where the service does not say to whom. */
  readonly ofRequester?: boolean;
}

/**
 * As of now; the ticket service is asked anew. What cannot be found out is said to be so, or left out.
 * @throws HatcheckError `ledger_unavailable` when names cannot be read
 */
export const evidenceFor = async (desk: Desk, request: RequestState): Promise<Evidence> => {
  const entitlement = desk.policy.entitlements.get(request.entitlementId);
  const [compared, ticket] = await Promise.all([
    compareWithBefore(desk, request, desk.clock.now()),
    request.ticket === undefined ? undefined : ticketEvidence(desk, entitlement, request, request.ticket),
  ]);
  return {
    ...(entitlement ? { role: roleEvidence(entitlement) } : {}),
    ...(ticket ? { ticket } : {}),
    ...(compared ? { before: compared.before } : {}),
    unusual: compared?.unusual ?? [],
  };
};

const roleEvidence = ({ account, description, session }: Entitlement): RoleEvidence => ({
  accountName: account.name,
  ...(description === undefined ? {} : { description }),
  chaining: session.chaining,
  ...(session.sourceIps ? { sourceIps: session.sourceIps } : {}),
});

const ticketEvidence = async (
  { tickets, people }: Pick<Desk, 'tickets' | 'people'>,
  entitlement: Entitlement | undefined,
  { requester }: RequestState,
  ticket: string,
): Promise<TicketEvidence> => {
  const check = entitlement?.ticket?.check;
  if (!check || ticketFits(entitlement, ticket)) return { state: 'unchecked' };
  const [answer, names] = await Promise.all([tickets.look(check.service, ticket), people.get([requester])]);
  if (answer === 'unavailable') return { state: answer };
  const email = names.get(requester)?.email;
  return {
    state: answer.state,
    ...(answer.assignee === undefined || email === undefined
      ? {}
      : { ofRequester: sameMailbox(email, answer.assignee) }),
  };
};
