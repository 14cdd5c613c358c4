import { readRequests } from '../api/calls.ts';
import { usePolled } from '../api/polled.ts';
import { Page } from '../app/page.tsx';
import { useActed } from '../app/ways.ts';
import { Fault } from '../parts/fault.tsx';
import { Mine } from '../waiting/mine.tsx';
import { AskAgain } from './ask-again.tsx';
import { useEntitlements } from './entitlements.ts';
import { Offers } from './offers.tsx';

/** The first page: what one has or waits for, and what there is to ask for. */
export const Home = () => {
  const mine = usePolled('mine', async () => (await readRequests({ as: 'requester' })).requests);
  useActed(mine.again);
  const { entitlements, fault } = useEntitlements();
  return (
    <Page title="Borrow a role">
      <Fault error={mine.fault ?? fault} />
      <Mine requests={mine.seen} onActed={mine.again} />
      {entitlements && <AskAgain requests={mine.seen ?? []} entitlements={entitlements} />}
      <Offers entitlements={entitlements} />
    </Page>
  );
};
