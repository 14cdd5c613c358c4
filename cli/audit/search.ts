import * as z from 'zod/mini';
import { say } from '../print.ts';
import { personText } from '../shown/people.ts';
import { tableLines } from '../shown/table.ts';
import { timeText } from '../shown/times.ts';
import { cut, visible, visibleLine } from '../shown/visible.ts';
import type { Place } from '../sign-in.ts';
import { askAs } from './ask.ts';
import { pastInstant } from './asked-time.ts';
import { type Row, csvRows } from './csv.ts';

export interface SearchOptions {
  readonly person?: string;
  readonly account?: string;
  readonly role?: string;
  readonly entitlement?: string;
  readonly ticket?: string;
  readonly type?: string;
  readonly breakGlass?: true;
  readonly refusals?: true;
  readonly from?: string;
  readonly to?: string;
  readonly format: 'text' | 'csv' | 'jsonl' | 'json';
}

const instant = z.iso.datetime();
const person = z.looseObject({ handle: z.string() });
const ofRequest = {
  requestId: z.string(),
  requester: person,
  entitlementId: z.string(),
  accountId: z.string(),
  roleArn: z.string(),
  ticket: z.optional(z.string()),
  breakGlass: z.optional(z.literal(true)),
};
const grant = z.looseObject({
  ...ofRequest,
  startsAt: instant,
  endsAt: instant,
  liveUntil: instant,
  sessions: z.int(),
});
const event = z.looseObject({
  ...z.partial(z.object(ofRequest)).shape,
  ...{ eventId: z.string(), stream: z.string(), seq: z.int(), type: z.string(), at: instant, actor: person },
  refused: z.optional(z.string()),
  words: z.optional(z.string()),
});
const page = z.looseObject({ grants: z.array(grant), events: z.array(event), nextCursor: z.optional(z.string()) });

type Grant = z.infer<typeof grant>;
type Event = z.infer<typeof event>;
type Page = z.infer<typeof page>;

const PAGE = 200;

/** Prints all that is found, page by page as it comes: who could do what, then what happened, each newest first. @throws Failure 1, 2, 3, 4 */
export const search = async (place: Place, { format, ...asked }: SearchOptions): Promise<void> => {
  const print = PRINTERS[format];
  const now = place.now();
  process.stdout.write(print.begin);
  let count = 0;
  for await (const found of pagesOf(place, queryOf(asked, now))) {
    print.page(found, { now, isFirst: count === 0 });
    count += found.grants.length + found.events.length;
  }
  process.stdout.write(print.end);
  if (format === 'text' && count === 0) say('nothing');
};

const queryOf = ({ from, to, breakGlass, refusals, ...same }: Omit<SearchOptions, 'format'>, now: Date) => {
  const { person: handle, account, role, entitlement, ticket, type } = same;
  const all = {
    ...{ person: handle, account, role, entitlement, ticket, type },
    breakGlass: breakGlass ? 'true' : undefined,
    refusals: refusals ? 'true' : undefined,
    from: from === undefined ? undefined : pastInstant(from, now),
    to: to === undefined ? undefined : pastInstant(to, now),
    limit: String(PAGE),
  };
  return Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  );
};

async function* pagesOf(place: Place, query: [string, string][]): AsyncGenerator<Page> {
  let cursor: string | undefined;
  do {
    const more: [string, string][] = cursor === undefined ? [] : [['cursor', cursor]];
    const found = await askAs(place, page, `/v1/audit?${new URLSearchParams([...query, ...more])}`);
    yield found;
    cursor = found.nextCursor;
  } while (cursor !== undefined);
}

interface Printer {
  readonly begin: string;
  readonly end: string;
  page(found: Page, at: { readonly now: Date; readonly isFirst: boolean }): void;
}

const HEADER = [
  ...[
    'kind',
    'at',
    'ends_at',
    'live_until',
    'type',
    'actor',
    'actor_handle',
    'requester',
    'requester_handle',
    'request',
  ],
  ...[
    'entitlement',
    'account',
    'role',
    'ticket',
    'break_glass',
    'refused',
    'words',
    'sessions',
    'stream',
    'seq',
    'event',
  ],
];

const inJson = (found: Page): readonly string[] => [
  ...found.grants.map((one) => JSON.stringify({ kind: 'grant', ...one })),
  ...found.events.map((one) => JSON.stringify({ kind: 'event', ...one })),
];

const PRINTERS: Readonly<Record<SearchOptions['format'], Printer>> = {
  text: {
    ...{ begin: '', end: '' },
    page: ({ grants, events }, { now }) => {
      for (const line of tableLines(grants.map((one) => grantRow(one, now)))) say(line);
      for (const line of tableLines(events.map((one) => eventRow(one, now)))) say(line);
    },
  },
  csv: {
    ...{ begin: csvRows([HEADER]), end: '' },
    page: ({ grants, events }) => {
      process.stdout.write(csvRows([...grants.map(grantCells), ...events.map(eventCells)]));
    },
  },
  jsonl: {
    ...{ begin: '', end: '' },
    page: (found) => {
      for (const line of inJson(found)) process.stdout.write(`${line}\n`);
    },
  },
  json: {
    ...{ begin: '[', end: '\n]\n' },
    page: (found, { isFirst }) => {
      const all = inJson(found);
      if (all.length > 0) process.stdout.write(`${isFirst ? '' : ','}\n  ${all.join(',\n  ')}`);
    },
  },
};

const timeOf = (at: string, now: Date): string => timeText(Date.parse(at), now);

const roleName = (arn: string): string => visibleLine(arn.slice(arn.lastIndexOf('/') + 1));

const grantRow = (one: Grant, now: Date): readonly string[] => [
  `${timeOf(one.startsAt, now)} to ${timeOf(one.liveUntil, now)}`,
  ...['could', personText(one.requester), one.accountId, roleName(one.roleArn), one.requestId],
  [one.ticket ?? '', one.breakGlass ? 'break-glass' : '', `sessions: ${one.sessions}`]
    .filter((each) => each !== '')
    .map(visibleLine)
    .join(', '),
];

const MOST_WORDS = 60;

const eventRow = (one: Event, now: Date): readonly string[] => [
  timeOf(one.at, now),
  visibleLine(one.type),
  ...[personText(one.actor), one.accountId ?? '', one.roleArn === undefined ? '' : roleName(one.roleArn)],
  visibleLine(one.requestId ?? one.stream),
  [one.ticket, one.refused, one.words === undefined ? undefined : `“${cut(one.words, MOST_WORDS)}”`]
    .flatMap((each) => (each === undefined ? [] : [visibleLine(each)]))
    .join(', '),
];

/** What hides in other people's text is shown: a spreadsheet obeys it as a terminal does. */
const cells = (row: Row): Row => row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell));

const requestCells = (one: Partial<Grant>): Row => [
  ...(one.requester ? [personText(one.requester), one.requester.handle] : ['', '']),
  ...[one.requestId ?? '', one.entitlementId ?? '', one.accountId ?? '', one.roleArn ?? '', one.ticket ?? ''],
  one.breakGlass ? 'true' : '',
];

const grantCells = (one: Grant): Row =>
  cells([
    'grant',
    one.startsAt,
    one.endsAt,
    one.liveUntil,
    '',
    '',
    '',
    ...requestCells(one),
    '',
    '',
    one.sessions,
    '',
    '',
    '',
  ]);

const eventCells = (one: Event): Row =>
  cells([
    ...['event', one.at, '', '', one.type, personText(one.actor), one.actor.handle],
    ...requestCells(one as Partial<Grant>),
    ...[one.refused ?? '', one.words ?? '', '', one.stream, one.seq, one.eventId],
  ]);
