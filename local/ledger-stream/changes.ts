import { createHash } from 'node:crypto';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Readonly<Record<string, AttributeValue>>;

/** What was last told of a place in the ledger. */
export interface Told {
  /** The item's own `hash`; '' where it had none. */
  readonly hash: string;
  /** Of all that the item holds; '' where it is gone. */
  readonly fingerprint: string;
  /** How often something happened there. */
  readonly changes: number;
}

export interface Change {
  /** Of the place: stream and sequence number. */
  readonly key: string;
  readonly told: Told;
  /** As the table's stream would have it. */
  readonly record: StreamRecord;
}

export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: '1.1';
  readonly eventSource: 'aws:dynamodb';
  readonly dynamodb: {
    /** Epoch seconds. */
    readonly ApproximateCreationDateTime: number;
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
    readonly StreamViewType: 'NEW_AND_OLD_IMAGES';
  };
}

/** What `items` differ in from what was told, place by place. Of an item that was there before, only the hash is still known. */
export const changesSince = (told: ReadonlyMap<string, Told>, items: readonly Item[], at: Date): readonly Change[] => {
  const there = new Map(items.map((item) => [keyOf(item), item]));
  const gone = [...told.keys()].filter((key) => told.get(key)?.fingerprint !== '' && !there.has(key));
  return [...there.keys(), ...gone]
    .map((key) => ({ key, place: placeOf(key), before: told.get(key), after: there.get(key) }))
    .filter(({ before, after }) => (before?.fingerprint ?? '') !== fingerprintOf(after))
    .sort((a, b) => a.place.stream.localeCompare(b.place.stream) || Number(a.place.seq) - Number(b.place.seq))
    .map(({ key, place, before, after }) => {
      const now = toldOf(after, (before?.changes ?? 0) + 1);
      return { key, told: now, record: recordOf({ key, place, before, after, now, at }) };
    });
};

/** What is told of an item that something happened to so often; of none, that it is gone. */
export const toldOf = (item: Item | undefined, changes: number): Told => ({
  ...{ hash: item?.['hash']?.S ?? '', fingerprint: fingerprintOf(item), changes },
});

export const keyOf = (item: Item): string => `${item['seq']?.N ?? ''} ${item['stream']?.S ?? ''}`;

interface Place {
  readonly stream: string;
  readonly seq: string;
}

const placeOf = (key: string): Place => {
  const space = key.indexOf(' ');
  return { stream: key.slice(space + 1), seq: key.slice(0, space) };
};

const fingerprintOf = (item: Item | undefined): string => {
  if (!item) return '';
  const members = Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
};

interface Happened {
  readonly key: string;
  readonly place: Place;
  readonly before: Told | undefined;
  readonly after: Item | undefined;
  readonly now: Told;
  readonly at: Date;
}

const recordOf = ({ key, place, before, after, now, at }: Happened): StreamRecord => {
  const keys: Item = { stream: { S: place.stream }, seq: { N: place.seq } };
  const wasThere = before !== undefined && before.fingerprint !== '';
  // The same whenever this change of this place is told, and no other's.
  const eventID = createHash('sha256').update(`${key} ${now.changes}`).digest('hex').slice(0, 32);
  return {
    eventID,
    eventName: wasThere ? (after ? 'MODIFY' : 'REMOVE') : 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(at.getTime() / 1000),
      Keys: keys,
      ...(after ? { NewImage: after } : {}),
      ...(wasThere ? { OldImage: { ...keys, ...(before.hash === '' ? {} : { hash: { S: before.hash } }) } } : {}),
      SequenceNumber: BigInt(`0x${eventID}`).toString(),
      StreamViewType: 'NEW_AND_OLD_IMAGES',
    },
  };
};
