import type { ErrorCode } from '../../../lib/domain/errors.ts';
import type { Said } from './problem.ts';

/** One entry a code: what it means for whoever sits in front of the page. */
export const WORDS = {
  invalid_input: { says: 'Something in it is not as it should be.', next: 'Correct it and try again.' },
  invalid_cursor: { says: 'The list has moved on.', next: 'Begin again at its top.' },
  not_signed_in: { says: 'Nobody is signed in.', next: 'Sign in; you come back here.' },
  session_expired: { says: 'Your session has ended.', next: 'Sign in; you come back here.' },
  invalid_token: { says: 'Your sign-in was not accepted.', next: 'Sign in again.' },
  cross_origin: { says: 'The call did not come from this page.', next: 'Open Hatcheck in a tab of its own.' },
  csrf_missing: { says: 'The page is older than your sign-in.', next: 'Load it again.' },
  not_eligible: { says: 'This is not yours to ask for.', next: 'Ask whoever keeps the access policy.' },
  self_approval: { says: 'Nobody decides on their own request.', next: 'Another approver has to.' },
  not_an_approver: { says: 'This decision is for others.' },
  not_the_requester: { says: 'Only whoever asked may do this.' },
  not_approved: { says: 'It is not approved, so nothing is given out.' },
  not_started: { says: 'It is approved, but has not begun.', next: 'Come back when it starts.' },
  grant_over: { says: 'Its time is over.', next: 'Ask again if you need more.' },
  revoked: { says: 'It was revoked.', next: 'The reason stands with the request.' },
  on_hold: { says: 'The security team holds this, or you, for now.', next: 'Ask them when it is lifted.' },
  policy_changed: {
    says: 'The access policy changed since this was approved.',
    next: 'Try again in a few minutes; if it stays so, ask anew.',
  },
  outside_hours: { says: 'This role is lent at certain hours only.', next: 'Come back then.' },
  channel_not_allowed: { says: 'Decisions on this role are taken in the portal only.' },
  review_overdue: {
    says: 'A break-glass of yours was not reviewed in time.',
    next: 'Ask one of its reviewers: the next one waits for that.',
  },
  step_up_required: { says: 'This needs a newer or stronger sign-in.', next: 'Sign in; you come back here.' },
  not_found: { says: 'There is no such thing, or it is not yours to see.' },
  wrong_status: {
    says: 'It changed in the meantime, so this cannot be done any more.',
    next: 'See how it stands now.',
  },
  already_decided: { says: 'This was decided before.', next: 'See how it stands now.' },
  idempotency_conflict: { says: 'This was asked before in other words.', next: 'Load the page again.' },
  ledger_conflict: { says: 'Somebody else acted at the same time.', next: 'See how it stands now, and decide anew.' },
  too_large: { says: 'It is too long.', next: 'Say it in fewer words.' },
  unsupported_media_type: { says: 'The page sent what Hatcheck does not read.', next: 'Load it again.' },
  limit_reached: { says: 'This was done as often as is allowed for now.', next: 'Wait a little.' },
  internal: { says: 'Something went wrong at Hatcheck.', next: 'Try again; if it stays so, tell whoever runs it.' },
  ledger_unavailable: { says: 'The record cannot be reached, so nothing was done.', next: 'Try again shortly.' },
  provider_unavailable: { says: 'The identity provider does not answer as it should.', next: 'Try again shortly.' },
  ticket_unavailable: { says: 'Nobody could look at the ticket, so nothing was asked.', next: 'Try again shortly.' },
  aws_unavailable: { says: 'AWS did not do what was asked of it.', next: 'Try again shortly.' },
} as const satisfies Record<ErrorCode, Said>;
