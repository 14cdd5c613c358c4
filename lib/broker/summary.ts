import type { RequestState } from '../domain/request.ts';

/** What lists need of a request, as of `seq`: all but its issues. Its status is computed when it is read. */
export type RequestSummary = Omit<RequestState, 'issues'>;

export const summaryOf = ({ issues: _issues, ...summary }: RequestState): RequestSummary => summary;
