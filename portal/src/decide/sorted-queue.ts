import type { RequestView } from '../api/calls.ts';

/** Something that waits for whoever reads it. */
export interface Waiting {
  readonly request: RequestView;
  readonly what: 'request' | 'extension' | 'review';
  /** When it is too late. */
  readonly until: string | undefined;
}

export interface SortedQueue {
  /** What is soonest over first. */
  readonly waiting: readonly Waiting[];
  /** Grants that somebody has now, and that the reader may revoke. */
  readonly live: readonly RequestView[];
}

/** Each request once, however often it was read. */
export const sortedQueue = (read: readonly RequestView[]): SortedQueue => {
  const requests = [...new Map(read.map((request) => [request.id, request])).values()];
  const waiting = requests.flatMap(waitingOf).sort((a, b) => endOf(a) - endOf(b));
  const waits = new Set(waiting.map(({ request }) => request.id));
  return {
    waiting,
    live: requests.filter(
      ({ id, actions, grant }) => !waits.has(id) && actions.includes('revoke') && grant?.state !== 'ended',
    ),
  };
};

const waitingOf = (request: RequestView): readonly Waiting[] => {
  const { actions, status, extension, review, pendingUntil } = request;
  if (actions.includes('approve'))
    return status === 'pending'
      ? [{ request, what: 'request', until: pendingUntil }]
      : [{ request, what: 'extension', until: extension?.pendingUntil }];
  return actions.includes('review') ? [{ request, what: 'review', until: review?.reviewBy }] : [];
};

const endOf = ({ until }: Waiting): number => (until === undefined ? Infinity : Date.parse(until));
