import type { RequestView } from '../api/calls.ts';
import { Status } from './status.tsx';
import { Untrusted } from './untrusted.tsx';

/** A request by its title, as the way to all of it. */
export const RequestLink = ({ to: { id, title } }: { to: Pick<RequestView, 'id' | 'title'> }) => (
  <a href={`/requests/${id}`}>
    <Untrusted text={title} />
  </a>
);

/** What stands over a request in short: the way to all of it, and how it stands. */
export const RequestTitle = ({ of }: { of: RequestView }) => (
  <>
    <RequestLink to={of} /> <Status of={of} />
  </>
);
