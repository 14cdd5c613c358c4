import { Failure, unknownAnswer } from './failure.ts';
import { instantMs, list, member, text, texts } from './json.ts';
import { failureOf } from './server.ts';
import { type Place, callSignedIn } from './sign-in.ts';

const STATUSES = ['pending', 'approved', 'denied', 'cancelled', 'expired', 'revoked', 'ended'] as const;
export type Status = (typeof STATUSES)[number];

const GRANT_STATES = ['scheduled', 'active', 'ended'] as const;

export interface Grant {
  readonly state: (typeof GRANT_STATES)[number];
  readonly startsAtMs: number;
  readonly endsAtMs: number;
}

/** A request, of what the API tells of it. */
export interface Request {
  readonly id: string;
  readonly status: Status;
  readonly entitlementId: string;
  readonly title: string;
  readonly grant?: Grant;
  /** Whose yes is still missing: groups and people, as access.yml names them. */
  readonly waitsFor: readonly string[];
  /** What the caller may do with it now, in the API's words. */
  readonly actions: readonly string[];
  /** All of it, as the server answers it. */
  readonly view: unknown;
}

export const REQUEST_ID = /^r_[A-Z2-7]{26}$/;

/** @throws Failure for what is no request of a version that this command knows */
export const requestIn = ({ server }: Place, view: unknown): Request => {
  const [id, entitlementId] = [text(view, 'id'), text(view, 'entitlementId')];
  const status = STATUSES.find((each) => each === text(view, 'status'));
  if (id === undefined || !REQUEST_ID.test(id) || entitlementId === undefined || !status) throw unknownAnswer(server);
  const grant = grantIn(server, member(view, 'grant'));
  return {
    ...{ id, status, entitlementId, title: text(view, 'title') ?? entitlementId, view },
    ...(grant ? { grant } : {}),
    ...{ waitsFor: waitsForIn(view), actions: texts(view, 'actions') },
  };
};

const grantIn = (server: string, view: unknown): Grant | undefined => {
  if (view === undefined) return undefined;
  const state = GRANT_STATES.find((each) => each === text(view, 'state'));
  const [startsAtMs, endsAtMs] = [instantMs(view, 'startsAt'), instantMs(view, 'endsAt')];
  if (!state || startsAtMs === undefined || endsAtMs === undefined) throw unknownAnswer(server);
  return { state, startsAtMs, endsAtMs };
};

/** The stages are gone through in turn unless they are parallel. */
const waitsForIn = (view: unknown): readonly string[] => {
  const missing = list(view, 'stages').filter(
    (stage) => Number(member(stage, 'count') ?? 1) > list(stage, 'approvals').length,
  );
  const asked = member(view, 'parallel') === true ? missing : missing.slice(0, 1);
  return asked.flatMap((stage) => {
    const from = member(stage, 'from');
    return [...texts(from, 'groups'), ...texts(from, 'people')];
  });
};

/** One request as it is now. @throws Failure as the server refuses */
export const readRequest = async (place: Place, id: string): Promise<Request> => {
  if (!REQUEST_ID.test(id)) throw new Failure(2, 'a request id is r_ and 26 letters or digits; the portal shows it');
  const answer = await callSignedIn(place, 'GET', `/v1/requests/${id}`);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  return requestIn(place, member(answer.body, 'request'));
};

/** The caller's own of a status, newest first: the first page, which holds more than anybody has open. */
export const ownRequests = async (place: Place, status: Status): Promise<readonly Request[]> => {
  const { requests } = await readRequests(place, { as: 'requester', status, limit: 200 });
  return requests;
};

/** One request with its events, and what whoever decides on it should know besides. @throws Failure as the server refuses */
export const readRequestWhole = async (
  place: Place,
  id: string,
): Promise<{ readonly request: Request; readonly evidence: unknown; readonly body: unknown }> => {
  const { status, body, ...answer } = await callSignedIn(place, 'GET', `/v1/requests/${id}?evidence=true`);
  if (status !== 200) throw failureOf(place.server, { ...answer, status, body });
  return { request: requestIn(place, member(body, 'request')), evidence: member(body, 'evidence'), body };
};

export interface RequestsQuery {
  readonly as: 'requester' | 'approver' | 'auditor';
  readonly status?: Status;
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string;
}

/** One page, newest first; it may be short and still have a next one. @throws Failure as the server refuses */
export const readRequests = async (
  place: Place,
  { limit, ...words }: RequestsQuery,
): Promise<{ readonly requests: readonly Request[]; readonly nextCursor?: string }> => {
  const query = new URLSearchParams({ ...words, limit: String(limit) });
  const answer = await callSignedIn(place, 'GET', `/v1/requests?${query}`);
  if (answer.status !== 200) throw failureOf(place.server, answer);
  const found = member(answer.body, 'requests');
  if (!Array.isArray(found)) throw unknownAnswer(place.server);
  const nextCursor = text(answer.body, 'nextCursor');
  const requests = found.map((each: unknown) => requestIn(place, each));
  return { requests, ...(nextCursor === undefined ? {} : { nextCursor }) };
};

/** Of the caller's grants of this entitlement that run now, the one that ends last. */
export const runningGrant = async (
  place: Place,
  entitlementId: string,
): Promise<(Request & { readonly grant: Grant }) | undefined> => {
  const running = (await ownRequests(place, 'approved')).flatMap((request) => {
    const { grant } = request;
    return request.entitlementId === entitlementId && grant?.state === 'active' ? [{ ...request, grant }] : [];
  });
  return running.toSorted((a, b) => b.grant.endsAtMs - a.grant.endsAtMs)[0];
};
