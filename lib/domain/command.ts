import type { Control } from './control.ts';
import type { Refusal } from './errors.ts';
import type { Bundle, DomainEvent, Purpose, TextRef, Verdict } from './event.ts';
import type { AccessPolicy } from './policy.ts';
import type { Instant, Principal } from './principal.ts';
import { type Rule, firstAgainst } from './rule.ts';
import type { Scope } from './scope.ts';
import type { Standing } from './standing.ts';
import type { TicketAnswer } from './ticket.ts';

/** By which way an act came in: some entitlements take a yes by the portal only. */
export type Channel = 'portal' | 'bearer' | 'chat';

/** Who acts, when, under which access policy, and what else the ledger knows by then. */
export interface Context {
  readonly principal: Principal;
  readonly policy: AccessPolicy;
  readonly now: Instant;
  /** Absent where it was not said: what asks for one is refused then. */
  readonly channel?: Channel;
  readonly control: Control;
  /** The principal's own. */
  readonly standing: Standing;
  /** Of whoever asked, where that is somebody else and it was read. */
  readonly requesterStanding: Standing;
}

export interface Submit {
  /** Derived from (principal, Idempotency-Key), or random. */
  readonly requestId: string;
  readonly entitlementId: string;
  readonly justification: { readonly text: string; readonly ref: TextRef };
  readonly durationSeconds: number;
  readonly ticket?: string;
  /** Absent where nobody was asked: then no rule that needs it is satisfied. */
  readonly ticketAnswer?: TicketAnswer;
  readonly startAt?: Instant;
  readonly scope?: Scope;
  readonly breakGlass?: boolean;
  /** Of a request that is asked for together with others. */
  readonly bundle?: Bundle;
}

export interface Extend {
  readonly type: 'extend';
  readonly justification: { readonly text: string; readonly ref: TextRef };
  /** More, beside what the grant has. */
  readonly durationSeconds: number;
}

/** What whoever decides was shown. */
export interface Shown {
  /** Of the last event then: an extension that was asked for since is not what they mean. Absent: whatever is pending. */
  readonly seq?: number;
}

export type Command =
  | (Shown & {
      readonly type: 'approve';
      readonly comment?: TextRef;
      readonly durationSeconds?: number;
      readonly startAt?: Instant;
    })
  | (Shown & { readonly type: 'deny'; readonly reason: TextRef })
  | { readonly type: 'cancel' }
  | Extend
  | { readonly type: 'review'; readonly verdict: Verdict; readonly comment: TextRef }
  | { readonly type: 'end' }
  | { readonly type: 'revoke'; readonly reason: TextRef }
  | { readonly type: 'issue'; readonly purpose: Purpose; readonly sessionNameHash: string };

export type Decision =
  | { readonly event: DomainEvent }
  /** It is so already: nothing is written, and the caller gets the request as it is. */
  | { readonly event: undefined }
  | { readonly refusal: Refusal; readonly rules: readonly Rule[] };

/** The command's event, unless a rule is against it. */
export const unlessRefused = (rules: readonly Rule[], event: () => DomainEvent): Decision => {
  const refusal = firstAgainst(rules);
  return refusal ? { refusal, rules } : { event: event() };
};
