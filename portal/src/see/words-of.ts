import type { RequestView, StoredEvent } from '../api/calls.ts';

/**
 * What somebody wrote with an event, as far as it is kept: events hold no words, but where they are. Of more time that was asked for several
 * times only the last words are shown.
 */
export const wordsOf = (
  { type, at, actor }: Pick<StoredEvent, 'type' | 'at' | 'actor'>,
  { justification, stages, extension, closed, review }: RequestView,
): string | undefined => {
  switch (type) {
    case 'request.submitted':
      return justification;
    case 'request.approved':
      return [...stages, ...(extension?.stages ?? [])]
        .flatMap(({ approvals }) => approvals)
        .find((approval) => approval.at === at && approval.approver.handle === actor.handle)?.comment;
    case 'request.denied':
    case 'request.revoked':
      return [closed, extension?.closed].find((act) => act?.at === at)?.reason;
    case 'request.extension_requested':
      return extension?.createdAt === at ? extension.justification : undefined;
    case 'request.reviewed':
      return review?.comment;
    default:
      return undefined;
  }
};

type Person = RequestView['requester'];

/** Everybody whom the request names, by handle. */
export const peopleIn = ({ requester, stages, extension, closed, review }: RequestView): ReadonlyMap<string, Person> =>
  new Map(
    [
      requester,
      ...[...stages, ...(extension?.stages ?? [])].flatMap(({ approvals }) =>
        approvals.flatMap(({ approver, onBehalfOf }) => [approver, ...(onBehalfOf ? [onBehalfOf] : [])]),
      ),
      ...[closed?.by, extension?.closed?.by, review?.by].flatMap((person) => (person ? [person] : [])),
    ].map((person) => [person.handle, person]),
  );
