import type { OneRequest } from '../api/calls.ts';
import { When } from '../parts/when.tsx';

/** What happened, as the ledger has it. */
export const Timeline = ({ events }: OneRequest) => (
  <section aria-label="What happened">
    <h2>What happened</h2>
    <ol class="timeline">
      {events.map(({ eventId, type, at }) => (
        <li key={eventId}>
          {type}, <When at={at} />
        </li>
      ))}
    </ol>
  </section>
);
