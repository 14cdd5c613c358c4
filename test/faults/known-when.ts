import type { StoredEvent } from '../../lib/domain/event.ts';
import { type Evidence, entriesOf } from '../support/history.ts';
import { makersOf } from './made-by.ts';

const nameOf = ({ stream, seq }: StoredEvent): string => `${stream} ${seq}`;

interface Place {
  readonly at: number;
  readonly call: number;
}

/** Each law asks this of every event: reading all entries each time would take longer than everything else. */
const known = new WeakMap<Evidence, ReadonlyMap<string, Place>>();

/** Of each event that was written down when it took effect: at which entry, and in which call. */
const placesOf = (evidence: Evidence): ReadonlyMap<string, Place> => {
  const places =
    known.get(evidence) ??
    new Map(
      evidence.entries.flatMap((entry, at) =>
        entry.kind === 'appended' ? [[nameOf(entry.event), { at, call: entry.call }] as const] : [],
      ),
    );
  known.set(evidence, places);
  return places;
};

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

/** By entries: when the first call was asked that may have made an event, and between which the event took effect. */
interface Bounds {
  readonly asked: number;
  readonly earliest: number;
  readonly latest: number;
}

/** Where nobody saw an event, the calls tell that may have made it. What none of them made was there before anybody looked. */
export const boundsOf = (evidence: Evidence, event: StoredEvent): Bounds => {
  const span = spanOf(evidence, event);
  if (span) return { asked: span.from, earliest: span.to, latest: span.to };
  const makers = makersOf(evidence, event);
  if (makers.length === 0) return { asked: -1, earliest: -1, latest: -1 };
  const asked = Math.min(...makers.map(({ at }) => at));
  // One that was not answered as done may be under way still.
  return { asked, earliest: asked, latest: Math.min(...makers.map(({ doneAt = Infinity }) => doneAt)) };
};

/** Those that had surely taken effect before that entry. */
export const surelyBefore = (evidence: Evidence, events: readonly StoredEvent[], at: number): readonly StoredEvent[] =>
  events.filter((event) => boundsOf(evidence, event).latest < at);

/** Those that may have taken effect before that entry. */
export const perhapsBefore = (evidence: Evidence, events: readonly StoredEvent[], at: number): readonly StoredEvent[] =>
  events.filter((event) => boundsOf(evidence, event).earliest < at);

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
  const asked = new Map(streams.map((each) => [each, boundsOf(evidence, each).earliest]));
  const orderOf = (each: StoredEvent): number => asked.get(each) ?? -1;
  const prefixes = (of: readonly StoredEvent[]): readonly (readonly StoredEvent[])[] => {
    const sure = span ? of.filter((each) => placeOf(each) < span.from).length : 0;
    const perhaps = span ? of.filter((each) => placeOf(each) <= span.to).length : of.length;
    return Array.from({ length: perhaps - sure + 1 }, (_, more) => of.slice(0, sure + more));
  };
  const inOrder = (a: StoredEvent, b: StoredEvent): number =>
    orderOf(a) - orderOf(b) || Date.parse(a.at) - Date.parse(b.at) || a.seq - b.seq;
  const holds = prefixes(streams.filter(({ stream }) => stream === 'control'));
  const people = prefixes(streams.filter(({ stream }) => stream !== 'control').toSorted(inOrder));
  return holds.flatMap((some) => people.map((others) => [...some, ...others]));
};

/** What was answered as done before that entry. */
export const doneBefore = ({ entries }: Evidence, at: number) =>
  entriesOf(entries.slice(0, at), 'answered').filter(({ code }) => code === 'ok');
