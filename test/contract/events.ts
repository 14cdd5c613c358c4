import { seal } from '../../lib/broker/chain.ts';
import type { RecordedEvent, StoredEvent } from '../../lib/domain/event.ts';

const BEGINNING = Date.UTC(2026, 0, 1);

export const at = (seconds: number): string => new Date(BEGINNING + seconds * 1000).toISOString();

export const approved = (eventId: string, seconds = 0): RecordedEvent => ({
  type: 'request.approved',
  data: { stage: 0 },
  eventId,
  at: at(seconds),
  actor: { kind: 'person', handle: 'p_approver' },
});

/** `length` events in a row, each `bytes` long or a little more. */
export const chain = (stream: string, length: number, bytes = 0): readonly StoredEvent[] => {
  const events: StoredEvent[] = [];
  for (let seq = 0; seq < length; seq += 1)
    events.push(seal(events.at(-1), stream, approved(`${seq}-${'x'.repeat(bytes)}`, seq)));
  return events;
};
