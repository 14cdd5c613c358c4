import type { RequestView } from '../api/calls.ts';

/** Whether it is still to become something, or is had now. */
export const isOpen = ({ status }: Pick<RequestView, 'status'>): boolean =>
  status === 'pending' || status === 'approved';
