import type { StoredEvent } from '../../domain/event.ts';
import { certain } from '../../domain/invariant.ts';
import { type RequestState, grantAt } from '../../domain/request.ts';
import { earliest, isBefore, latest } from '../../domain/time.ts';
import { requestStream } from '../broker.ts';
import { concernsOf } from './concerns.ts';
import type { FoundEvent, FoundGrant, OfRequest } from './found.ts';

/** So long a grant is at the most: twelve hours, with extensions a day (`maxTotal` in access.yml). One that began earlier is over. */
export const LONGEST_GRANT_SECONDS = 86_400;

/**
 * The event as it is to be found; undefined where it is not to be.
 * @param request that it is of, where it is of one
 * @param before the event in front of it in its stream, for `hold.lifted` and `delegation.removed`
 */
export const foundEvent = (
  event: StoredEvent,
  request: RequestState | undefined,
  before?: StoredEvent,
): FoundEvent | undefined => {
  const concerns = concernsOf(event, before);
  if (!concerns) return undefined;
  const { eventId, stream, seq, type, at, actor } = event;
  const { people = [], ...more } = concerns;
  const ofOwn = stream.startsWith(PERSON) ? [stream.slice(PERSON.length)] : [];
  const did = actor.kind === 'system' ? [] : [actor.handle];
  const all = [...did, ...(request ? [request.requester] : []), ...people, ...ofOwn];
  return {
    ...{ eventId, stream, seq, type, at, actor },
    ...(request ? ofRequest(request) : ofStream(stream)),
    ...more,
    people: [...new Set(all)],
  };
};

const PERSON = 'person#';

/** Of a request that nobody can read any more, its id at least. */
const ofStream = (stream: string): { readonly requestId?: string } =>
  stream.startsWith(requestStream('')) ? { requestId: stream.slice(requestStream('').length) } : {};

const ofRequest = ({ id, requester, entitlementId, snapshot, ticket, breakGlass }: RequestState): OfRequest => ({
  ...{ requestId: id, requester, entitlementId, accountId: snapshot.accountId, roleArn: snapshot.roleArn },
  ...(ticket === undefined ? {} : { ticket }),
  ...(breakGlass ? { breakGlass: true } : {}),
});

/** After which events a grant is another one than before. */
const CHANGES: readonly string[] = [
  ...['request.submitted', 'request.approved', 'request.extended', 'request.revoked', 'request.ended'],
  ...['credentials.intended', 'sessions.ended'],
];

/** The grant as it is to be found after that event; undefined where there is none, or the event changes none. */
export const foundGrant = (event: StoredEvent, request: RequestState): FoundGrant | undefined => {
  // Over, so that nothing of it goes by what time it is.
  const grant = CHANGES.includes(event.type) ? grantAt(request, event.at) : undefined;
  if (!grant) return undefined;
  const { startsAt, endsAt } = grant;
  const yeses = [...request.approvals, ...(request.extension?.approvals ?? []), ...(request.extendedBefore ?? [])];
  const people = yeses.flatMap(({ approver, onBehalfOf }) => [approver, ...(onBehalfOf ? [onBehalfOf] : [])]);
  return {
    ...ofRequest(request),
    people: [...new Set([request.requester, ...people])],
    ...{ startsAt, endsAt, liveUntil: liveUntil(request, endsAt), sessions: request.issues.length, seq: request.seq },
  };
};

/** Sessions of a closed grant go on until they are denied, and where nothing denies them, as long as they would have without the close. */
const liveUntil = (request: RequestState, endsAt: string): string => {
  const { sessionsUntil, sessionsEnded } = request;
  if (sessionsUntil === undefined) return endsAt;
  const whole = certain(grantAt(unclosed(request), endsAt), 'a grant that was closed was one').endsAt;
  const out = earliest(sessionsUntil, whole);
  return latest(endsAt, sessionsEnded ? earliest(sessionsEnded.at, out) : out);
};

const unclosed = ({ closed: _closed, ...open }: RequestState): RequestState => open;

/** Whether somebody could use it between the two; `to` is not in it any more. */
export const wasLive = (
  { startsAt, liveUntil: until }: FoundGrant,
  { from, to }: { readonly from: string; readonly to: string },
): boolean => isBefore(startsAt, until) && isBefore(startsAt, to) && isBefore(from, until);
