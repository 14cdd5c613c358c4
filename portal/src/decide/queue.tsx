import { type RequestView, readRequests } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { Page } from '../app/page.tsx';
import { useActed } from '../app/ways.ts';
import { durationText } from '../parts/duration.ts';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { PersonName } from '../parts/person.tsx';
import { RequestList } from '../parts/request-list.tsx';
import { RequestTitle } from '../parts/request-title.tsx';
import { Words } from '../parts/untrusted.tsx';
import { Countdown, When } from '../parts/when.tsx';
import { type Waiting, sortedQueue } from './sorted-queue.ts';

/** All that a person can see of what waits for them: what is pending, and the last of the rest, where more time and reviews are. */
const readQueue = async () => {
  const [pending, latest] = await Promise.all([
    readRequests({ as: 'approver', status: 'pending', limit: 200 }),
    readRequests({ as: 'approver', limit: 100 }),
  ]);
  return sortedQueue([...pending.requests, ...latest.requests]);
};

/** What waits for whoever is signed in to say yes or no, what is soonest over first. */
export const Queue = () => {
  const { seen, fault, again } = usePolled('queue', readQueue);
  useActed(again);
  return (
    <Page title="For you to decide">
      <Fault error={fault} />
      {!seen && fault === undefined && <Loading />}
      {seen?.waiting.length === 0 && <p>Nothing waits for you.</p>}
      <ul class="cards">
        {seen?.waiting.map((waiting) => (
          <WaitingCard key={waiting.request.id} waiting={waiting} />
        ))}
      </ul>
      {seen && seen.live.length > 0 && (
        <section aria-labelledby="live">
          <h2 id="live">Out now, and yours to revoke</h2>
          <RequestList requests={seen.live} />
        </section>
      )}
    </Page>
  );
};

const WHAT = { request: 'asks', extension: 'asks for more time', review: 'broke the glass: to be reviewed' } as const;

const WaitingCard = ({ waiting: { request, what, until } }: { waiting: Waiting }) => (
  <li class="card">
    <h2 class="small">
      <RequestTitle of={request} />
    </h2>
    <p>
      <PersonName of={request.requester} /> {WHAT[what]}, {durationText(secondsOf(request, what))},{' '}
      <When at={request.createdAt} />
      {request.bundleId !== undefined && ', together with others'}
    </p>
    <Words text={(what === 'extension' ? request.extension?.justification : undefined) ?? request.justification} />
    {until !== undefined && (
      <p>
        <Countdown until={until} /> left to answer
      </p>
    )}
  </li>
);

const secondsOf = ({ durationSeconds, extension }: RequestView, what: Waiting['what']): number =>
  what === 'extension' ? (extension?.durationSeconds ?? 0) : durationSeconds;
