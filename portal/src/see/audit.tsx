import { readRequests } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { Page } from '../app/page.tsx';
import { Fault } from '../parts/fault.tsx';
import { Loading } from '../parts/loading.tsx';
import { RequestList } from '../parts/request-list.tsx';

/** Everybody's requests, for auditors. */
export const Audit = () => {
  const { seen, fault } = usePolled('audit', () => readRequests({ as: 'auditor' }));
  return (
    <Page title="Everybody’s requests">
      <Fault error={fault} />
      {!seen && fault === undefined && <Loading />}
      {seen?.requests.length === 0 && <p>There is nothing, or nothing that is yours to see.</p>}
      {seen && <RequestList requests={seen.requests} />}
    </Page>
  );
};
