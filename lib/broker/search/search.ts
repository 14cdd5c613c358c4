import { HatcheckError, badInput } from '../../domain/errors.ts';
import type { EventType } from '../../domain/event.ts';
import type { Handle, Instant, Principal } from '../../domain/principal.ts';
import { isBefore, latest, plusSeconds } from '../../domain/time.ts';
import { onlyAuditors } from '../auditor.ts';
import type { Desk } from '../broker.ts';
import { cursorOf, positionIn } from '../cursor.ts';
import { digestOf } from '../digest.ts';
import type { Page, SearchIndex, Span } from '../ports.ts';
import { LONGEST_GRANT_SECONDS, wasLive } from './find.ts';
import {
  FACETS,
  type Facet,
  type FoundEvent,
  type FoundGrant,
  type Under,
  isUnder,
  positionOfEvent,
  positionOfGrant,
  underOfEvent,
  underOfGrant,
} from './found.ts';
import { type EventView, type GrantView, viewFound } from './found-view.ts';

/** All that is given must be so. */
export interface SearchQuery {
  /** Who did it, whose request it is, who decided, or for whom. */
  readonly person?: Handle;
  readonly account?: string;
  /** An ARN. */
  readonly role?: string;
  readonly entitlement?: string;
  readonly ticket?: string;
  readonly type?: EventType;
  readonly breakGlass?: true;
  readonly refusals?: true;
  /** The first instant that is looked at; absent: since there is a ledger. With it, grants that were live are found too. */
  readonly from?: Instant;
  /** The first instant that is no longer looked at; absent: now. */
  readonly to?: Instant;
  /** 1 to 200, events and grants together. */
  readonly limit: number;
  readonly cursor?: string;
}

export interface SearchDesk extends Pick<Desk, 'policy' | 'onCall' | 'clock' | 'people' | 'texts'> {
  readonly search: Pick<SearchIndex, 'events' | 'grants'>;
}

/** No ledger has anything older: there was none. */
const BEGINNING = '2026-01-01T00:00:00.000Z';
/** Another function's clock may be ahead of ours by so much. */
const SKEW_SECONDS = 60;
/** How many pages of the index, of how many items at least, one call may read where filters leave most of them out. */
const MAX_READS = 5;
const MIN_READ = 100;

/**
 * What happened, newest first; with `from`, first the grants that somebody could use at any time from then to `to`, however long before they
 * were given. By the index alone. A page may be short, or empty, and still have a next one.
 * @throws HatcheckError `not_an_auditor`; `invalid_input`: `to` is not after `from`; `invalid_cursor`: not one of ours, or of another caller or query
 */
export const searchLedger = async (
  desk: SearchDesk,
  caller: Principal,
  query: SearchQuery,
): Promise<{ grants: readonly GrantView[]; events: readonly EventView[]; nextCursor?: string }> => {
  const { handle } = await onlyAuditors(desk, caller);
  const to = query.to ?? plusSeconds(desk.clock.now(), SKEW_SECONDS);
  const window = { from: latest(query.from ?? BEGINNING, BEGINNING), to };
  if (!isBefore(window.from, to)) throw new HatcheckError(badInput('?to', 'too_small', 'it must be after from'));
  const binding = bindingOf(handle, query);
  const at = query.cursor === undefined ? startOf(query, to) : placeIn(positionIn(query.cursor, binding, PLACE));
  const grants = at.inGrants ? await readGrants(desk, query, window, at.before) : NOTHING;
  // None where grants fill the page: the next one begins with them.
  const left = query.limit - grants.found.length;
  const begun = at.inGrants ? to : at.before;
  const events = grants.next === undefined ? await readEvents(desk, query, { ...window, to: begun }, left) : NOTHING;
  const next = nextPlace(grants, events);
  return {
    ...(await viewFound(desk, { grants: grants.found, events: events.found })),
    ...(next === undefined ? {} : { nextCursor: cursorOf(next, binding) }),
  };
};

interface Window {
  readonly from: Instant;
  readonly to: string;
}

interface Read<T> {
  readonly found: readonly T[];
  readonly next?: string;
}

const NOTHING: Read<never> = { found: [] };

const nextPlace = (grants: Read<FoundGrant>, events: Read<FoundEvent>): string | undefined => {
  if (grants.next !== undefined) return `g${grants.next}`;
  return events.next === undefined ? undefined : `e${events.next}`;
};

/** A cursor's place: whether among the grants or the events, and before what. */
const PLACE = /^[ge]\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(?:#[A-Za-z0-9_-]{1,200})?$/;

interface Place {
  readonly inGrants: boolean;
  readonly before: string;
}

const placeIn = (place: string): Place => ({ inGrants: place.startsWith('g'), before: place.slice(1) });

/** Refusals and kinds of events are of no grant. */
const startOf = ({ from, type, refusals }: SearchQuery, to: Instant): Place => ({
  inGrants: from !== undefined && type === undefined && refusals === undefined,
  before: to,
});

const readGrants = ({ search }: SearchDesk, query: SearchQuery, window: Window, before: string) => {
  const from = latest(plusSeconds(window.from, -LONGEST_GRANT_SECONDS), BEGINNING);
  return readPages(
    { from, before, limit: query.limit },
    {
      read: (under, span) => search.grants(under, span),
      position: positionOfGrant,
      wanted: (found, all) => wasLive(found, window) && isUnder(underOfGrant(found), all),
      under: wantedOf(query),
    },
  );
};

const readEvents = ({ search }: SearchDesk, query: SearchQuery, { from, to }: Window, limit: number) =>
  readPages(
    { from, before: to, limit },
    {
      read: (under, span) => search.events(under, span),
      position: positionOfEvent,
      wanted: (found, all) => isUnder(underOfEvent(found), all),
      under: wantedOf(query),
    },
  );

interface Reading<T> {
  readonly read: (under: Under, span: Span) => Promise<Page<T>>;
  readonly position: (found: T) => string;
  readonly wanted: (found: T, all: readonly Under[]) => boolean;
  readonly under: readonly [Under, ...Under[]];
}

const readPages = async <T>(span: Span, { read, position, wanted, under }: Reading<T>): Promise<Read<T>> => {
  const found: T[] = [];
  let before: string | undefined = span.before;
  for (let reads = 0; reads < MAX_READS && found.length < span.limit; reads += 1) {
    // What a cursor says is the caller's to write: before the beginning there is nothing.
    if (before === undefined || before <= span.from) return { found };
    const page: Page<T> = await read(under[0], { ...span, before, limit: Math.max(span.limit, MIN_READ) });
    found.push(...page.items.filter((one) => wanted(one, under)));
    before = page.next;
  }
  const shown = found.slice(0, span.limit);
  const last = shown.at(-1);
  // What was read beyond the page is read again by the next.
  const next = last && shown.length < found.length ? position(last) : before;
  return { found: shown, ...(next === undefined ? {} : { next }) };
};

const VALUES: Readonly<Record<Exclude<Facet, 'everything'>, (query: SearchQuery) => string | undefined>> = {
  ticket: ({ ticket }) => ticket,
  person: ({ person }) => person,
  role: ({ role }) => role,
  entitlement: ({ entitlement }) => entitlement,
  account: ({ account }) => account,
  breakGlass: ({ breakGlass }) => (breakGlass ? '' : undefined),
  refusals: ({ refusals }) => (refusals ? '' : undefined),
  type: ({ type }) => type,
};

const EVERYTHING: Under = { facet: 'everything', value: '' };

/** Under what it must all be, the most selective first. */
const wantedOf = (query: SearchQuery): readonly [Under, ...Under[]] => {
  const [first = EVERYTHING, ...others] = FACETS.flatMap((facet) => {
    const value = facet === 'everything' ? undefined : VALUES[facet](query);
    return value === undefined ? [] : [{ facet, value }];
  });
  return [first, ...others];
};

const bindingOf = (handle: Handle, { from, to, ...query }: SearchQuery): string =>
  digestOf(
    'search',
    handle,
    from ?? null,
    to ?? null,
    ...wantedOf(query).flatMap(({ facet, value }) => [facet, value]),
  ).slice(0, 16);
