import type { Channel } from '../domain/command.ts';
import { decide } from '../domain/decide.ts';
import type { Entitlement } from '../domain/entitlement.ts';
import type { Principal } from '../domain/principal.ts';
import { sameMailbox } from '../domain/email.ts';
import type { RequestState } from '../domain/request.ts';
import { ticketFits } from '../domain/decide-submit.ts';
import type { Unusual } from '../domain/unusual.ts';
import { type Before, compareWithBefore } from './before.ts';
import type { Desk } from './broker.ts';
import type { Known } from './known.ts';
import { concernedBy, onDuty } from './on-duty.ts';

/** What whoever decides needs besides the request itself: nothing of it is the requester's word. */
export interface Evidence {
  /** What is lent, by today's access.yml; absent where the entitlement is gone. */
  readonly role?: RoleEvidence;
  readonly ticket?: TicketEvidence;
  /** Absent when it cannot be found out. */
  readonly before?: Before;
  readonly unusual: readonly Unusual[];
  /** Why whoever looks cannot say yes now, though nobody has decided. */
  readonly obstacle?: Obstacle;
}

const OBSTACLES = ['on_hold', 'policy_changed', 'channel_not_allowed', 'self_approval'] as const;
type Obstacle = (typeof OBSTACLES)[number];

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
export const evidenceFor = async (desk: Desk, request: RequestState, looks: Looking): Promise<Evidence> => {
  const entitlement = desk.policy.entitlements.get(request.entitlementId);
  const [compared, ticket, obstacle] = await Promise.all([
    compareWithBefore(desk, request, desk.clock.now()),
    request.ticket === undefined ? undefined : ticketEvidence(desk, entitlement, request, request.ticket),
    obstacleFor(desk, request, looks),
  ]);
  return {
    ...(entitlement ? { role: roleEvidence(entitlement) } : {}),
    ...(ticket ? { ticket } : {}),
    ...(compared ? { before: compared.before } : {}),
    unusual: compared?.unusual ?? [],
    ...(obstacle === undefined ? {} : { obstacle }),
  };
};

/** Who looks, the way by which their yes would come, and what was known when the request was read. */
export interface Looking {
  readonly principal: Principal;
  readonly channel: Channel;
  readonly known: Known;
}

/** By the very decision that would be taken. */
const obstacleFor = async (
  desk: Desk,
  request: RequestState,
  { principal: caller, channel, known }: Looking,
): Promise<Obstacle | undefined> => {
  const principal = await onDuty(desk, caller, concernedBy(request, caller, desk.policy));
  const context = { ...known, channel, principal, policy: desk.policy, now: desk.clock.now() };
  const decision = decide(request, { type: 'approve' }, context);
  return 'refusal' in decision ? OBSTACLES.find((code) => code === decision.refusal.code) : undefined;
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
