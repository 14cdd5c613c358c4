import type { RequestView } from '../api/calls.ts';

export const STATUSES = ['pending', 'approved', 'denied', 'cancelled', 'expired', 'revoked', 'ended'] as const;

/** What of a list is looked at. */
export interface Filter {
  readonly status: RequestView['status'] | undefined;
  /** Words that all have to be somewhere in what is shown of a request; whatever their case. */
  readonly text: string;
}

export const filterFrom = (query: URLSearchParams): Filter => ({
  status: STATUSES.find((status) => status === query.get('status')),
  text: query.get('find') ?? '',
});

/** The query of an address that shows it; empty where nothing is filtered. */
export const queryOf = ({ status, text }: Filter): string => {
  const query = new URLSearchParams({
    ...(status === undefined ? {} : { status }),
    ...(text === '' ? {} : { find: text }),
  }).toString();
  return query === '' ? '' : `?${query}`;
};

export const isFound = ({ text }: Filter, request: RequestView): boolean => {
  const { id, title, accountId, roleArn, requester, justification, ticket, closed } = request;
  const { displayName, email, handle } = requester;
  const words = [id, title, accountId, roleArn, justification, ticket, closed?.reason, displayName, email, handle];
  const all = words.join('\n').toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
};
