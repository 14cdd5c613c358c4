import type { StoredEvent } from '../../lib/domain/event.ts';
import { type Evidence, entriesOf } from '../support/history.ts';

const nameOf = ({ stream, seq }: StoredEvent): string => `${stream} ${seq}`;

/** Of each event that was written down when it took effect: at which entry, and in which call. */
const placesOf = ({ entries }: Evidence): ReadonlyMap<string, { readonly at: number; readonly call: number }> =>
  new Map(
    entries.flatMap((entry, at) =>
      entry.kind === 'appended' ? [[nameOf(entry.event), { at, call: entry.call }] as const] : [],
    ),
  );

/** When the event took effect, and when its call began; undefined where nobody saw it. */
export const spanOf = (
  evidence: Evidence,
  event: StoredEvent,
): { readonly from: number; readonly to: number } | undefined => {
  const place = placesOf(evidence).get(nameOf(event));
  if (!place) return undefined;
  const from = evidence.entries.findIndex((entry) => entry.kind === 'asked' && entry.call === place.call);
  return { from, to: place.at };
};

/** Those that took effect before that entry; one that nobody saw counts as if it did. */
export const effectiveBefore = (
  evidence: Evidence,
  events: readonly StoredEvent[],
  at: number,
): readonly StoredEvent[] => {
  const places = placesOf(evidence);
  return events.filter((event) => (places.get(nameOf(event))?.at ?? -1) < at);
};

/**
 * All that may have been known of holds and of people when this was decided. They were read after the call began and before its event
 * took effect, holds and people each at a time of their own; where nobody saw when, at any time.
 */
export const knownWhen = (evidence: Evidence, event: StoredEvent): readonly (readonly StoredEvent[])[] => {
  const streams = evidence.streams.filter(([first]) => first && !/^(request|refusals)#/.test(first.stream)).flat();
  if (streams.length === 0) return [[]];
  const places = placesOf(evidence);
  const span = spanOf(evidence, event);
  // What was there before anybody looked has no place of its own.
  const placeOf = (each: StoredEvent): number => places.get(nameOf(each))?.at ?? -1;
  const prefixes = (of: readonly StoredEvent[]): readonly (readonly StoredEvent[])[] => {
    const sure = span ? of.filter((each) => placeOf(each) < span.from).length : 0;
    const perhaps = span ? of.filter((each) => placeOf(each) <= span.to).length : of.length;
    return Array.from({ length: perhaps - sure + 1 }, (_, more) => of.slice(0, sure + more));
  };
  const inOrder = (a: StoredEvent, b: StoredEvent): number =>
    placeOf(a) - placeOf(b) || Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq;
  const holds = prefixes(streams.filter(({ stream }) => stream === 'control'));
  const people = prefixes(streams.filter(({ stream }) => stream !== 'control').toSorted(inOrder));
  return holds.flatMap((some) => people.map((others) => [...some, ...others]));
};

/** What was answered as done before that entry. */
export const doneBefore = ({ entries }: Evidence, at: number) =>
  entriesOf(entries.slice(0, at), 'answered').filter(({ code }) => code === 'ok');
