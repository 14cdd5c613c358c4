import type { Refusal } from '../domain/errors.ts';
import type { Actor } from '../domain/event.ts';
import type { AccessPolicy } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { Chance, Clock, Ledger, OnCall, People, Summaries, Texts, Tickets } from './ports.ts';

/** What the use cases of a request work with. */
export interface Broker {
  readonly ledger: Ledger;
  readonly policy: AccessPolicy;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Absent: access.yml knows nobody who is on call. */
  readonly onCall?: OnCall;
  /** For the operator: what went wrong and did not stop the answer. Never a secret, never a person's words. */
  readonly warn: (message: string, cause: unknown) => void;
}

/** And with what they show. */
export interface Desk extends Broker {
  readonly summaries: Summaries;
  readonly texts: Texts;
  readonly people: People;
  readonly tickets: Tickets;
}

/** How long the caller still waits: tries at the ledger end with it. */
export interface Patience {
  remainingMs(): number;
}

export const actorOf = ({ kind, handle }: Principal): Actor => ({ kind, handle });

export const requestStream = (requestId: string): string => `request#${requestId}`;

export const refusalsStream = (requestId: string): string => `refusals#${requestId}`;

/** To whoever may not read a request it does not exist, and the answer is the same whether it does. */
export const noSuchRequest: Refusal = { code: 'not_found', reason: 'no such request, or not theirs to read' };
