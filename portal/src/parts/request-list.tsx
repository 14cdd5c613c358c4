import type { RequestView } from '../api/calls.ts';
import { DossierLink } from './dossier-link.tsx';
import { durationText } from './duration.ts';
import { PersonName } from './person.tsx';
import { RequestTitle } from './request-title.tsx';
import { Words } from './untrusted.tsx';
import { When } from './when.tsx';

interface RequestListProps {
  readonly requests: readonly RequestView[];
  /** For auditors. */
  readonly withDossiers?: boolean;
}

/** Requests in short, each with a way to all of it. */
export const RequestList = ({ requests, withDossiers = false }: RequestListProps) => (
  <ul class="cards">
    {requests.map((request) => (
      <li key={request.id} class="card">
        <h2 class="small">
          <RequestTitle of={request} />
        </h2>
        <p>
          <PersonName of={request.requester} />, {durationText(request.grantedSeconds ?? request.durationSeconds)},{' '}
          <When at={request.createdAt} />
        </p>
        <Words text={request.justification} />
        {withDossiers && <DossierLink of={request} />}
      </li>
    ))}
  </ul>
);
