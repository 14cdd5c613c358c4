import { useEffect, useRef, useState } from 'preact/hooks';
import { type RequestView, readRequests } from '../api/calls.ts';
import { useMe } from '../app/session.tsx';
import { useActOn } from '../parts/act.tsx';
import { durationText } from '../parts/duration.ts';
import { Fault } from '../parts/fault.tsx';
import { Words } from '../parts/untrusted.tsx';
import { When } from '../parts/when.tsx';
import { WithReason } from '../parts/with-reason.tsx';
import { Approve } from './approve.tsx';
import { Decided } from './decided.tsx';
import { pendingOf } from './draft.ts';
import { EvidenceFor } from './evidence.tsx';
import { forgetYes } from './kept-yes.ts';
import { Review } from './review.tsx';
import { StagesOf } from './stages.tsx';

interface DecideProps {
  readonly request: RequestView;
  readonly onActed: () => void;
}

/** What others than its requester may know and do about a request. */
export const Decide = ({ request, onActed }: DecideProps) => {
  const { actions, seq, extension } = request;
  const { busy, fault, doAct } = useActOn(request, onActed);
  const mayDecide = actions.includes('approve') || actions.includes('deny');
  const couldApprove = useRef(false);
  couldApprove.current ||= actions.includes('approve');
  const isPast = couldApprove.current && !actions.includes('approve');
  useEffect(() => {
    if (isPast) forgetYes(request.id);
  }, [isPast, request.id]);
  const pending = pendingOf(request);
  const others = useBundle(request, mayDecide);
  return (
    <>
      {request.breakGlass && <BrokenGlass review={request.review} />}
      {(mayDecide || actions.includes('review')) && <EvidenceFor request={request} />}
      {extension?.status === 'pending' && <MoreTime extension={extension} />}
      <StagesOf stages={request.stages} title="Whose yes it takes" />
      <section aria-label="Your decision">
        {(mayDecide || actions.includes('review')) && <h2>Your decision</h2>}
        <Decided request={request} me={useMe()} isPast={isPast} />
        <Fault error={fault} />
        {actions.includes('approve') && (
          <Approve
            key={`${pending.what} ${pending.seconds}`}
            request={request}
            pending={pending}
            others={others}
            busy={busy}
            onApprove={(body) => {
              doAct('approve', 'You said yes.', body);
            }}
          />
        )}
        {actions.includes('deny') && (
          <WithReason
            label="Deny"
            name="Reason"
            hint="The requester reads it."
            keptAs={`deny:${request.id}:${pending.what}`}
            busy={busy}
            onAct={(reason, said) => {
              doAct('deny', 'You said no.', { seq, reason }, said);
            }}
          />
        )}
        {actions.includes('revoke') && (
          <WithReason
            label="Revoke"
            name="Reason"
            hint="Sessions that are out end within a minute or so."
            keptAs={`revoke:${request.id}`}
            busy={busy}
            onAct={(reason, said) => {
              doAct('revoke', 'Revoked.', { reason }, said);
            }}
          />
        )}
        {actions.includes('review') && (
          <Review
            busy={busy}
            onReview={(body) => {
              doAct('review', 'The review is on record.', body);
            }}
          />
        )}
      </section>
    </>
  );
};

const BrokenGlass = ({ review }: { review: RequestView['review'] | undefined }) => (
  <div class="unusual">
    <strong>Break-glass</strong>: nobody was asked first.
    {review && review.verdict === undefined && (
      <>
        {' '}
        It is to be reviewed until <When at={review.reviewBy} />
        {review.overdue && ', which is past'}.
      </>
    )}
    {review?.verdict !== undefined && ` It was reviewed: ${review.verdict}.`}
  </div>
);

const MoreTime = ({ extension }: { extension: NonNullable<RequestView['extension']> }) => (
  <section aria-labelledby="more-time">
    <h2 id="more-time">{durationText(extension.durationSeconds)} more are asked for</h2>
    <Words text={extension.justification} />
    <StagesOf stages={extension.stages} title="Whose yes more time takes" />
  </section>
);

const NONE: readonly RequestView[] = [];

/** What was asked for together with it and waits for the reader too, but itself. */
const useBundle = ({ id, bundleId, seq }: RequestView, mayDecide: boolean): readonly RequestView[] => {
  const [others, setOthers] = useState(NONE);
  useEffect(() => {
    if (bundleId === undefined || !mayDecide) return;
    readRequests({ as: 'approver', status: 'pending', limit: 200 }).then(
      ({ requests }) => {
        setOthers(requests.filter((each) => each.bundleId === bundleId && each.id !== id));
      },
      () => {
        // Each can still be decided on by itself.
        setOthers(NONE);
      },
    );
  }, [id, bundleId, seq, mayDecide]);
  return mayDecide ? others : NONE;
};
