import type { TextRef } from '../domain/event.ts';
import type { Handle } from '../domain/principal.ts';
import type { RequestState } from '../domain/request.ts';
import type { Approval } from '../domain/stages.ts';
import type { RequestSummary } from './summary.ts';

/** Whose names a view of the request needs. */
export const handlesIn = ({ requester, approvals, closed, extension, review }: RequestSummary): readonly Handle[] => [
  requester,
  ...[...approvals, ...(extension?.approvals ?? [])].flatMap(({ approver, onBehalfOf }) => [
    approver,
    ...(onBehalfOf === undefined ? [] : [onBehalfOf]),
  ]),
  ...[closed, extension?.closed, review].flatMap((act) => (act ? [act.by] : [])),
];

interface Words {
  readonly author: Handle;
  readonly ref: TextRef;
}

/** And which of their words. */
export const wordsIn = (request: RequestSummary): readonly Words[] => {
  const { requester, justification, approvals, closed, extension, review } = request;
  return [
    { author: requester, ref: justification },
    ...(extension ? [{ author: requester, ref: extension.justification }] : []),
    ...[...approvals, ...(extension?.approvals ?? [])].flatMap(commentOf),
    ...[closed, extension?.closed].flatMap(reasonOf),
    ...(review ? [{ author: review.by, ref: review.comment }] : []),
  ];
};

const commentOf = ({ approver, comment }: Approval): readonly Words[] =>
  comment ? [{ author: approver, ref: comment }] : [];

const reasonOf = (closed: Pick<NonNullable<RequestState['closed']>, 'by' | 'reason'> | undefined): readonly Words[] =>
  closed?.reason ? [{ author: closed.by, ref: closed.reason }] : [];
