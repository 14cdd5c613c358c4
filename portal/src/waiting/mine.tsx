import { useId } from 'preact/hooks';
import type { RequestView } from '../api/calls.ts';
import { Loading } from '../parts/loading.tsx';
import { RequestTitle } from '../parts/request-title.tsx';
import { Untrusted } from '../parts/untrusted.tsx';
import { waitsFor } from '../parts/waits.ts';
import { Countdown } from '../parts/when.tsx';
import { Having } from './having.tsx';
import { openOnes } from './open.ts';

interface MineProps {
  readonly requests: readonly RequestView[] | undefined;
  readonly onActed: () => void;
}

/** What one has, or waits for. */
export const Mine = ({ requests, onActed }: MineProps) => {
  const id = useId();
  if (!requests) return <Loading />;
  const open = openOnes(requests);
  if (open.length === 0) return null;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>Your requests</h2>
      <ul class="cards">
        {open.map((request) => (
          <li key={request.id} class="card">
            <h3>
              <RequestTitle of={request} />
            </h3>
            <Left request={request} />
            <Having request={request} onActed={onActed} />
          </li>
        ))}
      </ul>
    </section>
  );
};

const Left = ({ request }: { request: RequestView }) => {
  const { status, grant, pendingUntil } = request;
  if (status === 'pending' && pendingUntil !== undefined)
    return (
      <p>
        Waits for <Untrusted text={waitsFor(request)} />, <Countdown until={pendingUntil} /> left
      </p>
    );
  if (!grant || grant.state === 'ended') return null;
  return grant.state === 'active' ? (
    <p>
      <Countdown until={grant.endsAt} /> left
    </p>
  ) : (
    <p>
      Starts in <Countdown until={grant.startsAt} />
    </p>
  );
};
