import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { HatcheckError } from '../domain/errors.ts';
import { type AwsAccess, FIXED } from './clients.ts';

/** Milliseconds that EventBridge gets to take a connection, and to answer; tried three times. */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 3000, socketTimeout: 3000, throwOnRequestTimeout: true };

export const eventBridgeClient = (access: AwsAccess): EventBridgeClient =>
  new EventBridgeClient({
    ...FIXED,
    ...access,
    maxAttempts: 3,
    requestHandler: { ...TIMEOUTS, httpAgent: { keepAlive: true }, httpsAgent: { keepAlive: true } },
  });

/** What is put on a bus. */
export interface BusEntry {
  /** `detail-type` */
  readonly type: string;
  readonly at: string;
  readonly detail: object;
  /** In its place where it is too large to be taken. */
  readonly brief: object;
}

export interface Bus {
  readonly client: EventBridgeClient;
  readonly name: string;
  readonly pause: (ms: number) => Promise<void>;
}

const SOURCE = 'hatcheck';
/** EventBridge API reference, PutEvents: so many entries a request. */
const MOST_ENTRIES = 10;
/** User guide, "Calculating PutEvents event entry size": of all entries together, a little less than they may. */
const MOST_BYTES = 250 * 1024;
const TIME_BYTES = 14;

const TRIES = 3;
const FIRST_PAUSE_MS = 100;

/**
 * Puts them on the bus, each at least once. EventBridge takes some of a request and refuses others: those are put again.
 * @throws HatcheckError `aws_unavailable`: not all of them were taken; put them all again
 */
export const putOnBus = async (bus: Bus, entries: readonly BusEntry[]): Promise<void> => {
  for (const request of requestsOf(entries.map((entry) => entryOf(entry, bus.name)))) await putAll(bus, request);
};

const entryOf = ({ type, at, detail, brief }: BusEntry, bus: string): PutEventsRequestEntry => {
  const whole = {
    EventBusName: bus,
    Source: SOURCE,
    DetailType: type,
    Time: new Date(at),
    Detail: JSON.stringify(detail),
  };
  return sizeOf(whole) <= MOST_BYTES ? whole : { ...whole, Detail: JSON.stringify(brief) };
};

const sizeOf = ({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry): number =>
  TIME_BYTES + [Source, DetailType, Detail].reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);

const requestsOf = (entries: readonly PutEventsRequestEntry[]): readonly (readonly PutEventsRequestEntry[])[] => {
  const requests: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const last = requests.at(-1);
    bytes += sizeOf(entry);
    if (last && last.length < MOST_ENTRIES && bytes <= MOST_BYTES) last.push(entry);
    else {
      requests.push([entry]);
      bytes = sizeOf(entry);
    }
  }
  return requests;
};

const putAll = async ({ client, pause }: Bus, entries: readonly PutEventsRequestEntry[]): Promise<void> => {
  let left = entries;
  let codes = '';
  for (let tries = 0; tries < TRIES; tries += 1) {
    if (tries > 0) await pause(FIRST_PAUSE_MS * 2 ** tries);
    const results = await resultsOf(client, left);
    const failed = left.filter((_, index) => results[index]?.EventId === undefined);
    if (failed.length === 0) return;
    codes = [...new Set(results.flatMap(({ ErrorCode }) => ErrorCode ?? []))].join(', ');
    left = failed;
  }
  throw new HatcheckError({ code: 'aws_unavailable', reason: `the bus did not take ${left.length} events: ${codes}` });
};

const resultsOf = async (client: EventBridgeClient, entries: readonly PutEventsRequestEntry[]) => {
  try {
    return (await client.send(new PutEventsCommand({ Entries: [...entries] }))).Entries ?? [];
  } catch (cause) {
    throw new HatcheckError({ code: 'aws_unavailable', reason: 'the bus took no events' }, { cause });
  }
};
