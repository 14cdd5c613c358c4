import { readRequests } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { Page } from '../app/page.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { RequestList } from '../parts/request-list.tsx';

/** What whoever is signed in asked for, newest first. */
export const History = () => {
  const { seen, fault } = usePolled('history', () => readRequests({ as: 'requester' }));
  return (
    <Page title="Your history">
      <Fault error={fault} />
      {!seen && fault === undefined && <Loading />}
      {seen?.requests.length === 0 && <p>You asked for nothing yet.</p>}
      {seen && <RequestList requests={seen.requests} />}
    </Page>
  );
};
