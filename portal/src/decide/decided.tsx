import type { Me, RequestView } from '../api/calls.ts';
import { PersonName } from '../parts/person.tsx';
import { When } from '../parts/when.tsx';
import { lastDecision } from './last-decision.ts';

interface DecidedProps {
  readonly request: RequestView;
  readonly me: Me | undefined;
  /** Whether the reader could decide while this page was open, and no longer can. */
  readonly isPast: boolean;
}

/** Who decided, for whoever came too late, and for whoever decided themselves. */
export const Decided = ({ request, me, isPast }: DecidedProps) => {
  if (!isPast) return null;
  const last = lastDecision(request);
  // What stands in the way of a yes, where nobody has said it, is told with what Hatcheck knows.
  if (!last) return null;
  const isMine = last.by.handle === me?.principal.handle;
  return (
    <div role="status" class="notice">
      {isMine ? (
        <>
          You {VERBS[last.said]} it, <When at={last.at} />.
        </>
      ) : (
        <>
          Somebody else was first: <PersonName of={last.by} /> {VERBS[last.said]} it, <When at={last.at} />.
        </>
      )}
      {request.status === 'pending' && ` It waits for ${missing(request)}.`}{' '}
      <a href="/decide">What else waits for you</a>
    </div>
  );
};

const VERBS = {
  approved: 'approved',
  denied: 'denied',
  cancelled: 'withdrew',
  revoked: 'revoked',
  ended: 'ended',
  reviewed: 'reviewed',
} as const;

const missing = ({ approvalsNeeded }: RequestView): string =>
  approvalsNeeded === 1 ? 'one more yes' : `${approvalsNeeded} more`;
