import type { RequestState } from '../domain/request.ts';

/** What lists need of a request, as of `seq`: all but its issues. Its status is computed when it is read. */
export type RequestSummary = Omit<RequestState, 'issues'>;

export const summaryOf = ({ issues: _issues, ...summary }: RequestState): RequestSummary => summary;

/** Where a summary stands in every list: by time, then by id. Positions sort as text, since instants are all of one form. */
export const positionOf = ({ createdAt, id }: Pick<RequestSummary, 'createdAt' | 'id'>): string => `${createdAt}#${id}`;
