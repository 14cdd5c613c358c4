import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsFault } from '../fault.ts';
import { type JsonService, jsonAnswer, jsonFault, operationOf, readJsonBody } from '../json-protocol.ts';
import { SIGNATURE_FAULTS, authorise } from '../service.ts';
import type { Service, ServiceCall } from '../service.ts';
import type { Answer } from '../wire.ts';

const JSON_1_1: JsonService = { prefix: 'events', target: 'AWSEvents', version: '1.1', namespaceOf: () => '' };

/** An event that a bus took. */
export interface LocalBusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly time?: number;
}

export interface EventsOptions {
  /** Names of the buses that there are. */
  readonly buses: readonly string[];
  /** The newest last; more than this many, and the oldest go. */
  readonly taken: LocalBusEvent[];
  /** Whose they are. */
  readonly account: string | undefined;
}

const KEPT = 5000;

/** EventBridge API reference, PutEvents. */
const MOST_ENTRIES = 10;
/** User guide, "Calculating PutEvents event entry size": of all entries together. */
const MOST_BYTES = 256 * 1024;
const TIME_BYTES = 14;

const entrySchema = z.strictObject({
  Time: z.number().optional(),
  Source: z.string().default(''),
  DetailType: z.string().default(''),
  Detail: z.string().default(''),
  EventBusName: z.string().min(1).default('default'),
  Resources: z.array(z.string()).default([]),
});
const putSchema = z.strictObject({ Entries: z.array(entrySchema).min(1) });

type Entry = z.infer<typeof entrySchema>;

/** EventBridge: PutEvents by the SDKs' JSON protocol. What a bus takes is kept for whoever looks; it has no rules and no targets. */
export const createEvents = (options: EventsOptions): Service => ({
  skewSeconds: 300,
  signatureFaults: SIGNATURE_FAULTS,
  renderFault: jsonFault(JSON_1_1),
  answer: (call) => Promise.resolve().then(() => answer(call, options)),
});

const answer = (call: ServiceCall, options: EventsOptions): Answer => {
  if (operationOf(JSON_1_1, call) !== 'PutEvents')
    throw new AwsFault(400, 'UnknownOperationException', 'Not known here');
  const { success, data, error } = putSchema.safeParse(readJsonBody(call.request.body));
  if (!success) throw new AwsFault(400, 'ValidationException', z.prettifyError(error));
  const { Entries } = data;
  if (Entries.length > MOST_ENTRIES)
    throw new AwsFault(400, 'ValidationException', 'Member must have length less than or equal to 10');
  for (const { EventBusName } of Entries)
    authorise(call, 'events:PutEvents', arnOf(call, EventBusName), { denial: [400, 'AccessDeniedException'] });
  if (Entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > MOST_BYTES)
    throw new AwsFault(400, 'ValidationException', 'Total size of the entries in the request is over the limit.');
  // One by one: others in the same request are taken all the same.
  const results = Entries.map((entry) => put(call, entry, options));
  return jsonAnswer(JSON_1_1, {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  });
};

const arnOf = ({ role, region }: ServiceCall, bus: string): string =>
  bus.startsWith('arn:') ? bus : `arn:${role.partition}:events:${region}:${role.account}:event-bus/${bus}`;

const sizeOf = ({ Time, Source, DetailType, Detail, Resources }: Entry): number =>
  (Time === undefined ? 0 : TIME_BYTES) +
  [Source, DetailType, Detail, ...Resources].reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);

type Result = { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string };

const put = ({ role }: ServiceCall, entry: Entry, { buses, taken, account }: EventsOptions): Result => {
  const { Source, DetailType, Detail, EventBusName, Time } = entry;
  const bus = EventBusName.split('/').at(-1) ?? '';
  for (const [name, value] of Object.entries({ Source, DetailType, Detail }))
    if (value === '')
      return failed('InvalidArgument', `Parameter ${name} is not valid. Reason: ${name} is a required argument.`);
  if (Source.startsWith('aws.')) return failed('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const detail = objectIn(Detail);
  if (detail === undefined) return failed('MalformedDetail', 'Detail is malformed.');
  const id = randomUUID();
  // NB. AWS says of a bus that is not there what it says of one that is: the event is gone.
  if (buses.includes(bus) && role.account === account) {
    taken.push({
      id,
      bus,
      source: Source,
      detailType: DetailType,
      detail,
      ...(Time === undefined ? {} : { time: Time }),
    });
    if (taken.length > KEPT) taken.splice(0, taken.length - KEPT);
  }
  return { EventId: id };
};

const failed = (ErrorCode: string, ErrorMessage: string): Result => ({ ErrorCode, ErrorMessage });

const objectIn = (detail: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(detail);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};
