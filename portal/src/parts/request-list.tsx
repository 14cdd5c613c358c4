import type { RequestView } from '../api/calls.ts';
import { durationText } from './duration.ts';
import { PersonName } from './person.tsx';
import { Status } from './status.tsx';
import { Untrusted, Words } from './untrusted.tsx';
import { When } from './when.tsx';

/** Requests in short, each with a way to all of it. */
export const RequestList = ({ requests }: { requests: readonly RequestView[] }) => (
  <ul class="cards">
    {requests.map((request) => (
      <li key={request.id} class="card">
        <h2 class="small">
          <a href={`/requests/${request.id}`}>
            <Untrusted text={request.title} />
          </a>{' '}
          <Status of={request} />
        </h2>
        <p>
          <PersonName of={request.requester} />, {durationText(request.grantedSeconds ?? request.durationSeconds)},{' '}
          <When at={request.createdAt} />
        </p>
        <Words text={request.justification} />
      </li>
    ))}
  </ul>
);
