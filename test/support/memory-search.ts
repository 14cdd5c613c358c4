import type { Page, SearchIndex, Span } from '../../lib/broker/ports.ts';
import {
  type FoundEvent,
  type FoundGrant,
  type Under,
  isUnder,
  positionOfEvent,
  positionOfGrant,
  underOfEvent,
  underOfGrant,
} from '../../lib/broker/search/found.ts';

/** What a search goes by, in memory. */
export const memorySearchIndex = (): SearchIndex => {
  const events = new Map<string, FoundEvent>();
  const grants = new Map<string, FoundGrant>();
  const pageOf = <T>(
    all: ReadonlyMap<string, T>,
    { from, before, limit }: Span,
    underOf: (one: T) => readonly Under[],
    under: Under,
  ): Page<T> => {
    const found = [...all]
      .filter(([position, one]) => position >= from && position < before && isUnder(underOf(one), [under]))
      .sort(([a], [b]) => (a < b ? 1 : -1));
    const page = found.slice(0, limit);
    const last = page.at(-1)?.[0];
    return {
      items: page.map(([, one]) => one),
      ...(last !== undefined && found.length > limit ? { next: last } : {}),
    };
  };
  return {
    putEvent: (found) => Promise.resolve(void events.set(positionOfEvent(found), found)),
    putGrant: (found) => {
      const position = positionOfGrant(found);
      if ((grants.get(position)?.seq ?? -1) < found.seq) grants.set(position, found);
      return Promise.resolve();
    },
    events: (under, span) => Promise.resolve(pageOf(events, span, underOfEvent, under)),
    grants: (under, span) => Promise.resolve(pageOf(grants, span, underOfGrant, under)),
  };
};
