import type { RequestView } from '../api/calls.ts';

/** Whether it is still to become something, or is had now. */
export const isOpen = ({ status }: Pick<RequestView, 'status'>): boolean =>
  status === 'pending' || status === 'approved';

/** Those that are open: what is had comes first, then what begins later, then what waits; of each, as they came. */
export const openOnes = (requests: readonly RequestView[]): readonly RequestView[] =>
  requests.filter(isOpen).toSorted((a, b) => rankOf(a) - rankOf(b));

const rankOf = ({ status, grant }: RequestView): number =>
  status === 'pending' ? 2 : grant?.state === 'active' ? 0 : 1;
