import type { RequestView } from '../api/calls.ts';

/** How a request stands, in one word. */
export const Status = ({ of: { status, grant } }: { of: Pick<RequestView, 'status' | 'grant'> }) => (
  <span class={`status ${status}`}>{status === 'approved' && grant ? grant.state : status}</span>
);
