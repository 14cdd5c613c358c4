import { isReviewer } from './access.ts';
import { type Command, type Context, type Decision, unlessRefused } from './command.ts';
import { refuse } from './errors.ts';
import type { RequestState } from './request.ts';
import { type Check, evaluate } from './rule.ts';
import { isOwn } from './voice.ts';

type ReviewCommand = Extract<Command, { type: 'review' }>;

/**
 * Somebody else's look at a break-glass, during it or afterwards, late too. Said again by the same person it changes nothing.
 * Errors: `self_approval`, `not_an_approver`, `wrong_status` (it was no break-glass), `already_decided`.
 */
export const review = (request: RequestState, { verdict, comment }: ReviewCommand, context: Context): Decision => {
  const { principal } = context;
  const checks: readonly Check[] = [
    {
      rule: 'breakGlass',
      detail: 'It was break-glass.',
      check: () => (request.breakGlass ? undefined : refuse('wrong_status', 'it was no break-glass')),
      gate: true,
    },
    {
      rule: 'notSelf',
      detail: 'Nobody reviews their own, whichever of their identities they are signed in with.',
      check: () => (isOwn(request, context) ? refuse('self_approval', 'the requester reviews') : undefined),
      gate: true,
    },
    {
      rule: 'reviewer',
      detail: 'You are one of its reviewers.',
      check: () =>
        isReviewer(request, principal) ? undefined : refuse('not_an_approver', 'they are no reviewer of it'),
      gate: true,
    },
    {
      rule: 'unreviewed',
      detail: 'Nobody has reviewed it.',
      check: () => (request.review ? refuse('already_decided', `reviewed ${request.review.at}`) : undefined),
    },
  ];
  const rules = evaluate(checks);
  const only = rules.every(({ rule, refusal }) => !refusal || rule === 'unreviewed');
  if (only && request.review?.by === principal.handle) return { event: undefined };
  return unlessRefused(rules, () => ({ type: 'request.reviewed', data: { verdict, comment } }));
};
