import { HatcheckError, badInput } from './errors.ts';
import type { TextRef } from './event.ts';
import type { Handle, Instant } from './principal.ts';

export type HoldTarget =
  | { readonly on: 'person'; readonly handle: Handle }
  | { readonly on: 'entitlement'; readonly entitlementId: string }
  | { readonly on: 'account'; readonly accountId: string }
  | { readonly on: 'all' };

/** A target as somebody names it; only the member that belongs to `on` may be there. */
export interface NamedTarget {
  readonly on: HoldTarget['on'];
  readonly handle?: string;
  readonly entitlementId?: string;
  readonly accountId?: string;
}

const MEMBERS = { person: 'handle', entitlement: 'entitlementId', account: 'accountId' } as const;

/** @throws HatcheckError `invalid_input` when what is held is not named, or something else is named too. */
export const targetOf = (named: NamedTarget): HoldTarget => {
  const { on, handle, entitlementId, accountId } = named;
  const other = Object.entries(MEMBERS).find(([of, member]) => of !== on && named[member] !== undefined)?.[1];
  if (other) throw new HatcheckError(badInput(`/${other}`, 'unexpected', `nothing that a hold on ${on} has`));
  if (on === 'all') return { on };
  if (on === 'person' && handle !== undefined) return { on, handle };
  if (on === 'entitlement' && entitlementId !== undefined) return { on, entitlementId };
  if (on === 'account' && accountId !== undefined) return { on, accountId };
  throw new HatcheckError(badInput(`/${MEMBERS[on]}`, 'required', `a hold on ${on} names it`));
};

/** While it is in force, nothing that it covers grows: no ask, no yes, no extension, no issue. It only ever takes away. */
export interface Hold {
  readonly id: string;
  readonly target: HoldTarget;
  readonly reason: TextRef;
  readonly by: Handle;
  readonly at: Instant;
}

/** What an act would let grow, and for whom. */
export interface Concern {
  /** Every handle of everybody who takes part. */
  readonly handles: readonly Handle[];
  readonly entitlementId: string;
  readonly accountId: string;
}

/** Whether it is on this person, by any of their handles. */
export const holdsPerson = ({ target }: Hold, handles: readonly Handle[]): boolean =>
  target.on === 'person' && handles.includes(target.handle);

export const covers = (hold: Hold, concern: Concern): boolean => {
  const { target } = hold;
  switch (target.on) {
    case 'person':
      return holdsPerson(hold, concern.handles);
    case 'entitlement':
      return concern.entitlementId === target.entitlementId;
    case 'account':
      return concern.accountId === target.accountId;
    case 'all':
      return true;
  }
};

export const sameTarget = (a: HoldTarget, b: HoldTarget): boolean => a.on === b.on && subjectOf(a) === subjectOf(b);

const subjectOf = (target: HoldTarget): string => {
  switch (target.on) {
    case 'person':
      return target.handle;
    case 'entitlement':
      return target.entitlementId;
    case 'account':
      return target.accountId;
    case 'all':
      return '';
  }
};
