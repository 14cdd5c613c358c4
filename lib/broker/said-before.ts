import { HatcheckError } from '../domain/errors.ts';
import type { StoredEvent, TextRef } from '../domain/event.ts';
import type { Handle } from '../domain/principal.ts';
import type { Desk } from './broker.ts';
import { digestOf } from './digest.ts';

/** All that somebody says by an act; what it has no place for is undefined. */
export interface Saying {
  readonly type: string;
  readonly text: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly startAt: string | undefined;
  readonly verdict: string | undefined;
}

/** An act under a key. A client that got no answer sends it again, and by then the same words may mean something else: more time, perhaps. */
export interface Said {
  readonly key: string;
  /** What it did already, if it did. @throws HatcheckError `idempotency_conflict`: something else was said with the key. */
  readonly among: (events: readonly StoredEvent[]) => Promise<StoredEvent | undefined>;
}

interface Place {
  readonly desk: Pick<Desk, 'texts'>;
  readonly requestId: string;
  readonly handle: Handle;
}

/** A key means one act of one person on one request: to each of a bundle it is another. */
export const saidWith = (idempotencyKey: string, saying: Saying, { desk, requestId, handle }: Place): Said => {
  const key = digestOf(saying.type, handle, requestId, idempotencyKey);
  return {
    key,
    among: async (events) => {
      const before = events.find((event) => event.key === key);
      if (!before) return undefined;
      const ref = wordsIn(before);
      const texts = await desk.texts.get(ref ? [{ author: handle, ref }] : []);
      const { durationSeconds, startAt, verdict } = {
        ...{ durationSeconds: undefined, startAt: undefined, verdict: undefined },
        ...before.data,
      };
      const same =
        saying.text === (ref && texts.get(ref.id)) &&
        saying.durationSeconds === durationSeconds &&
        saying.startAt === startAt &&
        saying.verdict === verdict;
      if (same) return before;
      throw new HatcheckError({ code: 'idempotency_conflict', reason: `${saying.type} was said otherwise` });
    },
  };
};

/** Something that is given out once: whoever asks again with the same key gets nothing, not the same again. */
export const saidOnce = (once: string, { requestId, handle }: Omit<Place, 'desk'>): Said => {
  const key = digestOf('once', handle, requestId, once);
  return { key, among: (events) => Promise.resolve(events.find((event) => event.key === key)) };
};

const wordsIn = ({ type, data }: StoredEvent): TextRef | undefined => {
  switch (type) {
    case 'request.approved':
    case 'request.reviewed':
      return data.comment;
    case 'request.denied':
    case 'request.revoked':
      return data.reason;
    case 'request.extended':
    case 'request.extension_requested':
      return data.justification;
    default:
      return undefined;
  }
};
