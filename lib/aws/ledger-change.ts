import * as z from 'zod/mini';
import { BrokenChainError } from '../broker/chain.ts';
import type { LedgerChange } from '../broker/watch-ledger.ts';
import type { StoredEvent } from '../domain/event.ts';
import { eventOf } from './ledger-item.ts';

const attributes = z.record(z.string(), z.unknown());

/** A record of the ledger's stream ("StreamRecord" in the DynamoDB Streams API reference), with both images. */
const record = z.object({
  eventID: z.string().check(z.minLength(1), z.maxLength(128)),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({
    /** Epoch seconds. */
    ApproximateCreationDateTime: z.number(),
    Keys: z.object({ stream: z.object({ S: z.string() }), seq: z.object({ N: z.string() }) }),
    NewImage: z.optional(attributes),
    OldImage: z.optional(attributes),
  }),
});

/** @throws ZodError when it is no record of a table with the ledger's keys. */
export const ledgerChangeOf = (streamRecord: unknown): LedgerChange => {
  const { eventID, eventName, dynamodb } = record.parse(streamRecord);
  const { ApproximateCreationDateTime, Keys, NewImage = {}, OldImage = {} } = dynamodb;
  const told = { changeId: `change-${eventID}`, at: new Date(ApproximateCreationDateTime * 1000).toISOString() };
  const key = { stream: Keys.stream.S, seq: Number(Keys.seq.N) };
  const event = eventName === 'INSERT' ? eventIn(NewImage) : undefined;
  if (event) return { kind: 'appended', ...told, ...key, hash: event.hash, event };
  const hashBefore = hashIn(OldImage);
  const hashAfter = hashIn(NewImage);
  const hashes = {
    ...(hashBefore === undefined ? {} : { hashBefore }),
    ...(hashAfter === undefined ? {} : { hashAfter }),
  };
  return { kind: 'altered', ...told, altered: { ...key, change: CHANGES[eventName], ...hashes } };
};

const CHANGES = { INSERT: 'insert', MODIFY: 'modify', REMOVE: 'remove' } as const;

type Attributes = z.infer<typeof attributes>;

/** Of an item that is an event under its own key; whether it follows the one before, only its stream can say. */
const eventIn = (image: Attributes): StoredEvent | undefined => {
  try {
    return eventOf({
      stream: { S: stringIn(image, 'stream') ?? '' },
      seq: { N: numberIn(image, 'seq') ?? '' },
      canonical: { S: stringIn(image, 'canonical') ?? '' },
      hash: { S: stringIn(image, 'hash') ?? '' },
    });
  } catch (error) {
    if (error instanceof BrokenChainError) return undefined;
    throw error;
  }
};

/** Only what looks like one: an alarm must fit into the ledger, whatever somebody put where a hash belongs. */
const hashIn = (image: Attributes): string | undefined => {
  const hash = stringIn(image, 'hash');
  return hash !== undefined && /^[A-Za-z0-9_-]{43}$/.test(hash) ? hash : undefined;
};

const string = z.object({ S: z.string() });
const number = z.object({ N: z.string() });

const stringIn = (image: Attributes, name: string): string | undefined => string.safeParse(image[name]).data?.S;

const numberIn = (image: Attributes, name: string): string | undefined => number.safeParse(image[name]).data?.N;
