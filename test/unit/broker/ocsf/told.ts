import { seal } from '../../../../lib/broker/chain.ts';
import type { RecordedEvent, StoredEvent } from '../../../../lib/domain/event.ts';
import type { Handle } from '../../../../lib/domain/principal.ts';

export const ORIGIN = 'https://hatcheck.example.com';

const PLACE = { eventId: '01JEVENT', seq: 7, hash: 'its hash' };

/** In its stream, by an id, a number and a hash that are always the same, so that what is made of it can be written down. */
export const stored = (stream: string, event: RecordedEvent): StoredEvent => ({
  ...seal(undefined, stream, event),
  ...PLACE,
});

const CLASSES = {
  'API Activity': { class_uid: 6003, category_uid: 6 },
  'Account Change': { class_uid: 3001, category_uid: 3 },
  Authentication: { class_uid: 3002, category_uid: 3 },
  'Detection Finding': { class_uid: 2004, category_uid: 2 },
};
const SEVERITIES = { informational: 1, low: 2, medium: 3, high: 4, critical: 5 };
const STATUSES = { unknown: 0, success: 1, failure: 2 };

/** Class, activity, severity and status in OCSF's words. */
export type Judged = readonly [
  of: keyof typeof CLASSES,
  activity: readonly [id: number, name: string],
  severity: keyof typeof SEVERITIES,
  status: keyof typeof STATUSES,
];

/** The same in OCSF's numbers. */
export const judged = ([of, [activity_id, activity_name], severity, status]: Judged) => ({
  ...CLASSES[of],
  ...{ activity_id, activity_name, type_uid: CLASSES[of].class_uid * 100 + activity_id },
  ...{ severity_id: SEVERITIES[severity], status_id: STATUSES[status] },
});

/** What is said of each event at noon, whatever it is. */
export const placed = (type: string, stream: string, metadata: object = {}) => ({
  time: 1_772_452_800_000,
  message: type,
  metadata: {
    version: '1.3.0',
    product: { name: 'Hatcheck', vendor_name: 'Hatcheck', uid: ORIGIN },
    uid: PLACE.eventId,
    event_code: type,
    original_time: '2026-03-02T12:00:00.000Z',
    log_name: stream,
    sequence: PLACE.seq,
    ...metadata,
  },
  unmapped: { stream, hash: PLACE.hash },
});

export const user = ({ handle }: { readonly handle: Handle }) => ({ uid: handle, type_id: 1, type: 'User' });
