import { inWords } from '../duration.ts';
import { Failure } from '../failure.ts';
import { count, instantMs, member } from '../json.ts';
import { type OnServer, placeOf } from '../place.ts';
import { say, sayJson } from '../print.ts';
import { type Request, type RequestsQuery, type Status, readRequests } from '../requests.ts';
import { personText } from '../shown/people.ts';
import { heading, statusCell } from '../shown/status.ts';
import { type Cell, tableLines } from '../shown/table.ts';
import { timeText } from '../shown/times.ts';
import { visibleLine } from '../shown/visible.ts';

export interface ListOptions extends OnServer {
  readonly as: RequestsQuery['as'];
  readonly status?: Status;
  readonly limit: string;
  readonly cursor?: string;
  readonly json?: boolean;
}

const HEADING = ['REQUEST', 'STATUS', 'ENTITLEMENT', 'REQUESTER', 'FOR', 'ASKED AT'];

/** As git does: shorter ones are seldom unique, and any beginning is taken. */
const SHORT = 10;

/** One page of requests. @throws Failure as the server refuses; 2 for a limit that is none */
export const listRequests = async ({ as, status, limit, cursor, ...options }: ListOptions): Promise<void> => {
  const place = await placeOf(options);
  const query = {
    as,
    limit: limitOf(limit),
    ...(status ? { status } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const { requests, nextCursor } = await readRequests(place, query);
  if (options.json) {
    sayJson({ requests: requests.map(({ view }) => view), ...(nextCursor === undefined ? {} : { nextCursor }) });
    return;
  }
  const now = place.now();
  if (requests.length === 0) say(`There are no ${status === undefined ? '' : `${status} `}requests here.`);
  else for (const line of tableLines([heading(HEADING), ...requests.map((each) => rowOf(each, now))])) say(line);
  if (nextCursor !== undefined) say('There are more: --limit, --status, or --json and --cursor.');
};

const limitOf = (given: string): number => {
  const limit = /^\d{1,3}$/.test(given) ? Number(given) : 0;
  if (limit < 1 || limit > 200) throw new Failure(2, '--limit is 1 to 200');
  return limit;
};

const rowOf = (request: Request, now: Date): readonly Cell[] => {
  const { id, entitlementId, view } = request;
  const [seconds, askedMs] = [count(view, 'durationSeconds'), instantMs(view, 'createdAt')];
  const isGlass = member(view, 'breakGlass') === true;
  return [
    ...[
      id.slice(0, SHORT),
      statusCell(request, now),
      `${visibleLine(entitlementId)}${isGlass ? ' (break-glass)' : ''}`,
    ],
    ...[personText(member(view, 'requester')), seconds === undefined ? '' : inWords(seconds)],
    askedMs === undefined ? '' : timeText(askedMs, now),
  ];
};
