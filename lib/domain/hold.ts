import type { TextRef } from './event.ts';
import type { Handle, Instant } from './principal.ts';

export type HoldTarget =
  | { readonly on: 'person'; readonly handle: Handle }
  | { readonly on: 'entitlement'; readonly entitlementId: string }
  | { readonly on: 'account'; readonly accountId: string }
  | { readonly on: 'all' };

/** While it is in force, nothing that it covers grows: no ask, no yes, no extension, no issue. It only ever takes away. */
export interface Hold {
  readonly id: string;
  readonly target: HoldTarget;
  readonly reason: TextRef;
  readonly by: Handle;
  readonly at: Instant;
}
