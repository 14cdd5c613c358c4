import { readRequests } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { Page } from '../app/page.tsx';
import { isForMe, useActed } from '../app/ways.ts';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { RequestList } from '../parts/request-list.tsx';

/** What waits for whoever is signed in to say yes or no. */
export const Queue = () => {
  const { seen, fault, again } = usePolled('queue', async () =>
    (await readRequests({ as: 'approver', status: 'pending' })).requests.filter(isForMe),
  );
  useActed(again);
  return (
    <Page title="For you to decide">
      <Fault error={fault} />
      {!seen && fault === undefined && <Loading />}
      {seen?.length === 0 && <p>Nothing waits for you.</p>}
      {seen && <RequestList requests={seen} />}
    </Page>
  );
};
