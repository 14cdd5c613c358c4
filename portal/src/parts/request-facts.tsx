import type { RequestView } from '../api/calls.ts';
import { durationText } from './duration.ts';
import { Fact, Facts } from './facts.tsx';
import { PersonName } from './person.tsx';
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
          {roleArn.slice(roleArn.lastIndexOf('/') + 1)} in {accountId}
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
      {grant && grant.state !== 'ended' && (
        <Fact name={grant.state === 'active' ? 'Time left' : 'Starts in'}>
          <Countdown until={grant.state === 'active' ? grant.endsAt : grant.startsAt} />, until{' '}
          <When at={grant.endsAt} />
        </Fact>
      )}
    </>
  );
};
