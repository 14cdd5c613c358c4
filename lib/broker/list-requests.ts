import { isReader } from '../domain/access.ts';
import { standingInFor } from '../domain/delegation.ts';
import { type AccessPolicy, isAuditor } from '../domain/policy.ts';
import { type Principal, approverKeysOf } from '../domain/principal.ts';
import { type RequestStatus, statusAt } from '../domain/request.ts';
import type { Speaking } from '../domain/voice.ts';
import type { Desk } from './broker.ts';
import { cursorOf, positionIn } from './cursor.ts';
import { digestOf } from './digest.ts';
import { UNREAD, readKnownOrUnread } from './known.ts';
import { decidersAnywhere, onDuty } from './on-duty.ts';
import type { Page, PageOf } from './ports.ts';
import { type RequestSummary, positionOf } from './summary.ts';

export interface ListQuery {
  readonly as: 'requester' | 'approver' | 'auditor';
  readonly status?: RequestStatus;
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string;
}

/** How many pages of the index, of how many items at least, one call may read to fill a page that leaves most of them out. */
const MAX_READS = 5;
const MIN_READ = 100;

/**
 * One page, newest first. A page may be short, or empty, and still have a next one.
 * @throws HatcheckError `invalid_cursor`: not one of ours, or of another caller or query.
 */
export const listRequests = async (
  desk: Desk,
  caller: Principal,
  query: ListQuery,
): Promise<{ requests: readonly RequestSummary[]; nextCursor?: string }> => {
  const now = desk.clock.now();
  const principal = await onDuty(desk, caller, concernedIn(query, desk.policy));
  // Only an approver's list depends on whom they stand in for.
  const known = query.as === 'approver' ? await readKnownOrUnread(desk, principal.handle) : UNREAD;
  const speaking = { ...known, principal, policy: desk.policy, now };
  const wanted = (summary: RequestSummary): boolean =>
    (query.status === undefined || statusAt(summary, now) === query.status) && isReader(summary, speaking);
  const binding = bindingOf(principal, query);
  const requests: RequestSummary[] = [];
  let after = query.cursor === undefined ? undefined : positionIn(query.cursor, binding, POSITION);
  for (let reads = 0; reads < MAX_READS && requests.length < query.limit; reads += 1) {
    const page = await pageOf(desk, speaking, query, {
      limit: Math.max(query.limit, MIN_READ),
      ...(after ? { after } : {}),
    });
    requests.push(...page.items.filter(wanted));
    after = page.next;
    if (after === undefined) break;
  }
  const shown = requests.slice(0, query.limit);
  const last = shown.at(-1);
  // What was read beyond the page is read again by the next.
  const next = last && shown.length < requests.length ? positionOf(last) : after;
  return { requests: shown, ...(next === undefined ? {} : { nextCursor: cursorOf(next, binding) }) };
};

const concernedIn = ({ as }: ListQuery, policy: AccessPolicy) => {
  switch (as) {
    case 'requester':
      return [];
    case 'approver':
      return decidersAnywhere(policy);
    case 'auditor':
      return [policy.auditors];
  }
};

const EMPTY: Page<RequestSummary> = { items: [] };

const pageOf = async (
  { summaries }: Desk,
  speaking: Speaking,
  { as, status }: ListQuery,
  page: PageOf,
): Promise<Page<RequestSummary>> => {
  const { principal, policy, now } = speaking;
  switch (as) {
    case 'requester':
      return summaries.ofRequester(principal.handle, page);
    case 'approver':
      return summaries.ofApprovers(keysOfApprover(speaking), { ...page, open: status === 'pending' });
    case 'auditor':
      // Whoever is no auditor has nothing to read as one.
      return isAuditor(policy, principal) ? summaries.ofEverybody({ ...page, now }) : EMPTY;
  }
};

/** Their own, and those that were lent to them. */
const keysOfApprover = (speaking: Speaking): readonly string[] => [
  ...new Set([...approverKeysOf(speaking.principal), ...standingInFor(speaking).flatMap(({ groups }) => groups)]),
];

const bindingOf = ({ handle }: Principal, { as, status }: ListQuery): string =>
  digestOf(handle, as, status ?? null).slice(0, 16);

const POSITION = /^[0-9TZ:.-]{20,30}#r_[A-Z2-7]{26}$/;
