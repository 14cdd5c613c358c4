import { isRevoker } from './access.ts';
import { requesterCheck } from './asker-rules.ts';
import { type Command, type Context, type Decision, unlessRefused } from './command.ts';
import { refuse } from './errors.ts';
import { type RequestState, type RequestStatus, openExtension, statusAt } from './request.ts';
import { type Check, evaluate } from './rule.ts';
import { mayOutliveGrant } from './sessions-out.ts';
import { isOwn } from './voice.ts';

type Revoke = Extract<Command, { type: 'revoke' }>;

/** The requester takes a pending request back, or a pending extension of one. Errors: `not_the_requester`, `wrong_status`. */
export const cancel = (request: RequestState, context: Context): Decision => {
  const extension = openExtension(request, context.now) !== undefined;
  const pending = extension ? [] : [statusCheck(request, 'pending', context)];
  return unlessRefused(evaluate([requesterCheck(request, context), ...pending]), () => ({
    type: 'request.cancelled',
    data: extension ? { extension } : {},
  }));
};

/** The requester ends a grant early. Errors: `not_the_requester`, `wrong_status`. */
export const end = (request: RequestState, context: Context): Decision =>
  unlessRefused(evaluate([requesterCheck(request, context), statusCheck(request, 'approved', context)]), () => ({
    type: 'request.ended',
    data: {},
  }));

/**
 * Somebody else ends a grant, or the sessions that are left of one that is over: nobody keeps them by ending it first.
 * Errors: `not_an_approver` (the requester ends instead), `wrong_status`.
 */
export const revoke = (request: RequestState, { reason }: Revoke, context: Context): Decision => {
  const revoker: Check = {
    rule: 'revoker',
    detail: 'You approve or revoke for this entitlement, and the request is not your own.',
    check: () =>
      !isOwn(request, context) && isRevoker(request, context)
        ? undefined
        : refuse('not_an_approver', 'neither an approver nor a revoker, or the requester'),
    gate: true,
  };
  return unlessRefused(evaluate([revoker, leftCheck(request, context)]), () => ({
    type: 'request.revoked',
    data: { reason },
  }));
};

const leftCheck = (request: RequestState, context: Context): Check => {
  const { check } = statusCheck(request, 'approved', context);
  return {
    rule: 'status',
    detail: 'The request is approved, or sessions of it may still be out.',
    check: () => (mayOutliveGrant(request, context.now) ? undefined : check()),
  };
};

const statusCheck = (request: RequestState, wanted: RequestStatus, { now }: Context): Check => ({
  rule: 'status',
  detail: `The request is ${wanted}.`,
  check: () => {
    const status = statusAt(request, now);
    return status === wanted ? undefined : refuse('wrong_status', `the request is ${status}, not ${wanted}`);
  },
});
