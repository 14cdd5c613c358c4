import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { MEASURES, type Tally } from './tally.ts';

/** What one elevation, one page and the like ask of AWS: counted by test/bench/sizing/run.ts on the whole local stack. */
export interface Facts {
  /** By the name of what was done. */
  readonly acts: Readonly<Record<string, Tally>>;
  /** Of the template. */
  readonly resources: Readonly<Record<'alarms' | 'keys' | 'metrics', number>>;
  /** Round trips one after the other that the log's one writer takes for so many events. */
  readonly sequencerTrips: { readonly ofOne: number; readonly ofHundred: number };
  /** The same for one event of a request, until what follows from it is done. */
  readonly followerTrips: number;
}

const count = z.number().check(z.nonnegative());
const schema: z.ZodType<Facts> = z.object({
  acts: z.record(z.string(), z.record(z.enum(MEASURES), count)),
  resources: z.object({ alarms: count, keys: count, metrics: count }),
  sequencerTrips: z.object({ ofOne: count, ofHundred: count }),
  followerTrips: count,
});

export const readFacts = (): Facts => schema.parse(readJson('counted.json'));

const priceSchema = z.object({ of: z.string(), usd: z.number(), per: z.number(), source: z.url() });
/** What stands on the bill. */
export const BILLED = [
  'apiCalls',
  'invocations',
  'gbSeconds',
  'writeUnits',
  'readUnits',
  'tableGbMonths',
  'recoveryGbMonths',
  'keyMonths',
  'kmsSignsEcc',
  'kmsSignsRsa',
  'queueRequests',
  'busEvents',
  's3Puts',
  's3GbMonths',
  'logGb',
  'logGbMonths',
  'metricHours',
  'alarmMonths',
  'transferGb',
  'mails',
] as const;
export type Billed = (typeof BILLED)[number];

const pricesSchema = z.object({
  region: z.string(),
  readOn: z.iso.date(),
  prices: z.record(z.enum(BILLED), priceSchema),
});
export type Prices = z.infer<typeof pricesSchema>;

export const readPrices = (): Prices => pricesSchema.parse(readJson('prices.json'));

const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
