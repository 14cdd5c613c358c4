import type { RequestView } from '../api/calls.ts';
import { approversText } from './approvers-text.ts';
import { durationText } from './duration.ts';
import { Fact, Facts } from './facts.tsx';
import { PersonName } from './person.tsx';
import { roleName } from './role-name.ts';
import { Untrusted, Words } from './untrusted.tsx';
import { waitsFor } from './waits.ts';
import { Countdown, When } from './when.tsx';

/** What a request is and how it stands. What people wrote is marked as theirs. */
export const RequestFacts = ({ request }: { request: RequestView }) => {
  const { requester, accountId, roleArn, justification, ticket, scope, closed, sessionsEnded } = request;
  return (
    <>
      <Words text={justification} />
      <Facts>
        <Fact name="For">
          <PersonName of={requester} />, {durationText(request.grantedSeconds ?? request.durationSeconds)}
        </Fact>
        <Fact name="Role">
          {roleName(roleArn)} in {accountId}
        </Fact>
        {ticket !== undefined && (
          <Fact name="Ticket">
            <Untrusted text={ticket} />
          </Fact>
        )}
        {scope && (
          <Fact name="Only">
            {scope.words.map((line) => (
              <div key={line}>
                <Untrusted text={line} />
              </div>
            ))}
          </Fact>
        )}
        <Fact name="Asked">
          <When at={request.createdAt} />
        </Fact>
        <Standing request={request} />
        {request.review && <Glass review={request.review} />}
        {closed && (
          <Fact name="Closed">
            <PersonName of={closed.by} />, <When at={closed.at} />
            {closed.reason !== undefined && <Words text={closed.reason} />}
          </Fact>
        )}
        {sessionsEnded && (
          <Fact name="Sessions ended">
            <When at={sessionsEnded.at} />, {Math.ceil(sessionsEnded.tookMs / 1000)} s after that
          </Fact>
        )}
      </Facts>
    </>
  );
};

const Standing = ({ request }: { request: RequestView }) => {
  const { status, pendingUntil, startAt, grant } = request;
  return (
    <>
      {status === 'pending' && startAt !== undefined && (
        <Fact name="Not before">
          <When at={startAt} />
        </Fact>
      )}
      {status === 'pending' && (
        <Fact name="Waits for">
          <Untrusted text={waitsFor(request)} />
          {pendingUntil !== undefined && (
            <>
              , <Countdown until={pendingUntil} /> left
            </>
          )}
        </Fact>
      )}
      {grant?.state === 'scheduled' && (
        <Fact name="Starts in">
          <Countdown until={grant.startsAt} />, <When at={grant.startsAt} />
        </Fact>
      )}
      {grant?.state === 'active' && (
        <Fact name="Time left">
          <Countdown until={grant.endsAt} />, until <When at={grant.endsAt} />
        </Fact>
      )}
    </>
  );
};

/** Broken glass is looked at by others, whatever became of it. */
const Glass = ({ review }: { review: NonNullable<RequestView['review']> }) => (
  <Fact name="Break-glass">
    {review.verdict === undefined ? (
      <>
        {review.overdue ? 'not reviewed in time by ' : 'to be reviewed by '}
        <Untrusted text={approversText(review.reviewers)} />, until <When at={review.reviewBy} />
      </>
    ) : (
      <>
        {review.verdict}
        {review.by && (
          <>
            , says <PersonName of={review.by} />
          </>
        )}
        {review.comment !== undefined && review.comment !== '' && <Words text={review.comment} />}
      </>
    )}
  </Fact>
);
