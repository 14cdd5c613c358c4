import type { RequestView } from '../api/calls.ts';

/** To all of it, with what proves it; for auditors. */
export const DossierLink = ({ of: { id } }: { of: Pick<RequestView, 'id'> }) => (
  <p>
    <a href={`/audit/requests/${id}`}>
      Dossier<span class="unseen"> of {id}</span>
    </a>
  </p>
);
