import type { RequestView } from '../api/calls.ts';

/** How it stands, in one word: a grant's state says more than that it was approved. */
export const stateOf = ({ status, grant }: Pick<RequestView, 'status' | 'grant'>): string =>
  status === 'approved' && grant ? grant.state : status;
