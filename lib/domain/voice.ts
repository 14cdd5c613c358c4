import type { Context } from './command.ts';
import { type Delegation, standingInFor } from './delegation.ts';
import type { Handle, Principal } from './principal.ts';
import { type Approval, type Staged, type Yes, seatFor, stagesAsking } from './stages.ts';
import { handlesOf, samePerson } from './standing.ts';

/** Somebody whose yes or no counts: whoever acts, or somebody whom they stand in for. */
export interface Voice {
  readonly principal: Principal;
  readonly delegation?: Delegation;
  /** Everybody who counts as one person when it speaks. */
  readonly handles: readonly Handle[];
}

export type Speaking = Pick<Context, 'principal' | 'policy' | 'now' | 'control' | 'standing' | 'requesterStanding'>;

type OfRequester = { readonly requester: Handle };

/** Whether the request is the caller's own, asked for with whichever of their identities. */
export const isOwn = ({ requester }: OfRequester, { principal, standing, requesterStanding }: Speaking): boolean =>
  samePerson(handlesOf(principal.handle, standing), handlesOf(requester, requesterStanding));

/** The stages at which the caller is asked by now, for themselves or in somebody's place. Not yet said: that a stage is open. */
export const isAsked = (request: Staged & OfRequester, context: Speaking): boolean =>
  voicesOn(request, context).some(({ principal }) => stagesAsking(request, principal, context.now).length > 0);

/** Where the caller's yes counts, and whose it is; undefined where it does not. Their own comes first. */
export const seatOf = (
  request: Staged & OfRequester,
  context: Speaking,
): (Pick<Approval, 'stage' | 'couldServe'> & { readonly onBehalfOf?: Handle }) | undefined => {
  for (const { principal, delegation, handles } of voicesOn(request, context)) {
    const seat = hasSpoken(request, handles) ? undefined : seatFor(request, principal, context.now);
    if (seat) return { ...seat, ...(delegation ? { onBehalfOf: delegation.by } : {}) };
  }
  return undefined;
};

/** Whether the caller has no seat only because it was taken in their place, or by the one in whose place they act. */
export const isSpokenFor = (request: Staged & OfRequester, context: Speaking): boolean =>
  voicesOn(request, context).some(
    ({ principal, handles }) => hasSpoken(request, handles) && stagesAsking(request, principal, context.now).length > 0,
  );

/** Whether the caller said yes already, with whichever of their identities. */
export const saidYes = ({ approvals }: Staged, { principal, standing }: Speaking): boolean =>
  approvals.some(({ approver }) => handlesOf(principal.handle, standing).includes(approver));

/** Whether one of these said yes already, or somebody did in their place: they are one person when people are counted. */
export const hasSpoken = ({ approvals }: { readonly approvals: readonly Yes[] }, handles: readonly Handle[]): boolean =>
  approvals.some(({ approver, onBehalfOf }) => samePerson(handles, onBehalfOf ? [approver, onBehalfOf] : [approver]));

/** NB. Nobody stands in for the requester: that would be their own yes. */
const voicesOn = ({ requester }: OfRequester, context: Speaking): readonly Voice[] => {
  const { principal, standing, requesterStanding } = context;
  const own = handlesOf(principal.handle, standing);
  return [
    { principal, handles: own },
    ...standingInFor(context)
      .filter(({ by, sameAs }) => !samePerson([by, ...sameAs], handlesOf(requester, requesterStanding)))
      .map((delegation) => ({
        principal: inPlaceOf(principal, delegation),
        delegation,
        handles: [...own, delegation.by, ...delegation.sameAs],
      })),
  ];
};

/** Asked by the groups that were lent and by nothing else: a stage that names persons names no delegate of theirs. */
const inPlaceOf = (principal: Principal, { groups }: Delegation): Principal => ({
  ...principal,
  groups,
  issuer: '',
  subject: '',
});
