import type { RecordedEvent } from './event.ts';

export type Intended = RecordedEvent<'credentials.intended'>;

/** What became of an intent; nothing where whoever wrote it was cut off before it could say. */
export type Outcome = RecordedEvent<
  'credentials.issued' | 'credentials.withheld' | 'credentials.failed' | 'credentials.unknown'
>;

const isOutcome = (event: RecordedEvent): event is Outcome =>
  event.type === 'credentials.issued' ||
  event.type === 'credentials.withheld' ||
  event.type === 'credentials.failed' ||
  event.type === 'credentials.unknown';

/** The intents among the events of one request that have no outcome among them, oldest first. */
export const withoutOutcome = (events: readonly RecordedEvent[]): readonly Intended[] => {
  const settled = new Set(events.filter(isOutcome).map(({ data }) => data.intent));
  return events.filter((event) => event.type === 'credentials.intended').filter(({ eventId }) => !settled.has(eventId));
};
