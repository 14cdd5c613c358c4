import { approve, deny } from './decide-approval.ts';
import { cancel, end, revoke } from './decide-closing.ts';
import { extend } from './decide-extension.ts';
import { intend } from './decide-issue.ts';
import { review } from './decide-review.ts';
import type { Command, Context, Decision } from './command.ts';
import type { RequestState } from './request.ts';

/**
 * What becomes of a command to a request that exists: one event, nothing (it is so already), or a refusal. Pure: the time and the
 * policy are in the context. Submitting has no request yet and stands in `decide-submit.ts`.
 */
export const decide = (request: RequestState, command: Command, context: Context): Decision => {
  switch (command.type) {
    case 'approve':
      return approve(request, command, context);
    case 'deny':
      return deny(request, command, context);
    case 'cancel':
      return cancel(request, context);
    case 'extend':
      return extend(request, command, context);
    case 'review':
      return review(request, command, context);
    case 'end':
      return end(request, context);
    case 'revoke':
      return revoke(request, command, context);
    case 'issue':
      return intend(request, command, context);
  }
};
