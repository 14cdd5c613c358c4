import type { RequestView } from '../api/calls.ts';
import { durationText } from '../parts/duration.ts';
import { PersonName } from '../parts/person.tsx';
import { Words } from '../parts/untrusted.tsx';
import { Countdown } from '../parts/when.tsx';

/** What became of the last ask for more time, while the grant goes on. */
export const Extension = ({ request: { extension, grant } }: { request: RequestView }) => {
  if (!extension || grant?.state !== 'active') return null;
  const { status, durationSeconds, grantedSeconds = durationSeconds, pendingUntil, closed } = extension;
  if (status === 'approved') return <p>{durationText(grantedSeconds)} more were granted.</p>;
  if (status === 'pending')
    return (
      <p>
        {durationText(durationSeconds)} more were asked for. That waits for a yes
        {pendingUntil !== undefined && (
          <>
            , <Countdown until={pendingUntil} /> left
          </>
        )}
        .
      </p>
    );
  return (
    <div>
      <p>
        {durationText(durationSeconds)} more: {status}
        {closed && (
          <>
            {' '}
            by <PersonName of={closed.by} />
          </>
        )}
        .
      </p>
      {closed?.reason !== undefined && closed.reason !== '' && <Words text={closed.reason} />}
    </div>
  );
};
