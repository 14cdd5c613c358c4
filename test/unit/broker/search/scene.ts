import { seal } from '../../../../lib/broker/chain.ts';
import type { SearchIndex } from '../../../../lib/broker/ports.ts';
import { foundEvent, foundGrant } from '../../../../lib/broker/search/find.ts';
import type { Under } from '../../../../lib/broker/search/found.ts';
import { type SearchQuery, searchLedger } from '../../../../lib/broker/search/search.ts';
import type { EventData, RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import type { Instant, Principal } from '../../../../lib/domain/principal.ts';
import { type RequestState, fold } from '../../../../lib/domain/request.ts';
import { requestId } from '../../../contract/requests.ts';
import { auditor, engineer, noon, submitted } from '../../../support/builders.ts';
import { memoryClock, memoryDesk, memoryPeople } from '../../../support/memory.ts';
import { memorySearchIndex } from '../../../support/memory-search.ts';

export const REQUEST = 'request#r_AAAAAAAAAAAAAAAAAAAAAAAAAA';

export const stored = (stream: string, ...events: readonly RecordedEvent[]): readonly StoredEvent[] =>
  events.reduce<StoredEvent[]>((before, event) => [...before, seal(before.at(-1), stream, event)], []);

/** The last of these events of a request, and the request then. */
export const life = (...events: readonly RecordedEvent[]): readonly [StoredEvent, RequestState] => {
  const all = stored(REQUEST, ...events);
  return [all.at(-1)!, fold(all)!];
};

export const HOUR = 3600;
export const LATE = noon(400 * 86_400);

/** A desk of whose index it is known under what it was asked, and how often. */
export const searched = (now: Instant = noon(100 * HOUR)) => {
  const index = memorySearchIndex();
  const asked: { readonly what: 'events' | 'grants'; readonly under: Under }[] = [];
  const search: Pick<SearchIndex, 'events' | 'grants'> = {
    events: (under, span) => {
      asked.push({ what: 'events', under });
      return index.events(under, span);
    },
    grants: (under, span) => {
      asked.push({ what: 'grants', under });
      return index.grants(under, span);
    },
  };
  const people = memoryPeople(new Map([[engineer.handle, { displayName: 'Ada' }]]));
  const desk = { ...memoryDesk({ clock: memoryClock(now), people }), search };
  const find = (query: Partial<SearchQuery> = {}, caller: Principal = auditor) =>
    searchLedger(desk, caller, { limit: 50, ...query });
  return { desk, index, asked, find };
};

let requests = 0;

/** What the index has of a request that lived so. */
export const lived = async (
  index: SearchIndex,
  ...events: readonly RecordedEvent[]
): Promise<readonly StoredEvent[]> => {
  requests += 1;
  const id = requestId(requests);
  const all: StoredEvent[] = [];
  for (const event of events) {
    const own = event.type === 'request.submitted' ? { ...event, data: { ...event.data, requestId: id } } : event;
    all.push(seal(all.at(-1), `request#${id}`, own));
    const request = fold(all)!;
    await index.putEvent(foundEvent(all.at(-1)!, request)!);
    const grant = foundGrant(all.at(-1)!, request);
    if (grant) await index.putGrant(grant);
  }
  return all;
};

export const auto = (at: Instant, data: Partial<EventData['request.submitted']> = {}, by = engineer): RecordedEvent =>
  submitted({ autoApproved: true, stages: [], ...data }, { at, by });

export const ids = (found: readonly { readonly eventId: string }[]) => found.map(({ eventId }) => eventId);
