import {
  ACCESS_LOG_BYTES,
  CALL_MS,
  EMPTY_RECEIVES,
  INVOCATION_LOG_BYTES,
  MEMORY_GB,
  METRICS_OF_CALL,
  MONTHS_KEPT,
  OWN_METRICS,
  OWN_MS,
  START_MS,
} from './assumed.ts';
import { BILLED, type Billed, type Facts, type Prices } from './facts.ts';
import type { Tally } from './tally.ts';

export interface Line {
  readonly billed: Billed;
  readonly amount: number;
  readonly usd: number;
}

const GB = 1e9;
const HOURS = 730;

export const lambdaMs = ({ invocations, awsCalls }: Tally): number =>
  invocations * (OWN_MS + START_MS) + awsCalls * CALL_MS;

const logGbOf = ({ logBytes, invocations, apiCalls }: Tally): number =>
  (logBytes + invocations * INVOCATION_LOG_BYTES + apiCalls * ACCESS_LOG_BYTES) / GB;

/** What use is billed as; what is kept is counted as often as it is there in a year's last month. */
export const billedFor = (tally: Tally): Readonly<Record<Billed, number>> => ({
  apiCalls: tally.apiCalls,
  invocations: tally.invocations,
  gbSeconds: (lambdaMs(tally) / 1000) * MEMORY_GB,
  writeUnits: tally.writeUnits,
  readUnits: tally.readUnits,
  tableGbMonths: (tally.keptBytes * MONTHS_KEPT) / GB,
  recoveryGbMonths: (tally.keptBytes * MONTHS_KEPT) / GB,
  keyMonths: 0,
  kmsSignsEcc: tally.kmsSignsEcc,
  kmsSignsRsa: tally.kmsSignsRsa,
  // Sent, received, deleted.
  queueRequests: tally.sqsMessages * 3,
  busEvents: tally.busEvents,
  s3Puts: tally.s3Puts,
  s3GbMonths: (tally.s3Bytes * MONTHS_KEPT) / GB,
  logGb: logGbOf(tally),
  logGbMonths: logGbOf(tally) * MONTHS_KEPT,
  metricHours: 0,
  alarmMonths: 0,
  transferGb: tally.answerBytes / GB,
  mails: tally.mails,
});

/** What a stage costs by being there, besides what its schedules do. */
const standing = ({ resources }: Facts): Partial<Record<Billed, number>> => ({
  keyMonths: resources.keys,
  queueRequests: EMPTY_RECEIVES,
  metricHours: resources.metrics * HOURS,
  alarmMonths: resources.alarms,
});

/** A metric is billed for each hour in which something is said of it: as if each call were alone in its hour, until all are always there. */
const metricHours = ({ apiCalls, busEvents }: Tally): number =>
  Math.min(OWN_METRICS * HOURS, (apiCalls + busEvents) * METRICS_OF_CALL);

const priced = (amounts: Readonly<Record<Billed, number>>, { prices }: Prices): readonly Line[] =>
  BILLED.map((billed) => {
    const { usd, per } = prices[billed];
    return { billed, amount: amounts[billed], usd: (amounts[billed] / per) * usd };
  });

/** Of what is done, wherever that is. */
export const linesOf = (tally: Tally, prices: Prices): readonly Line[] => priced(billedFor(tally), prices);

/** Of a month of a whole stage. */
export const monthLines = (facts: Facts, month: Tally, prices: Prices): readonly Line[] => {
  const [used, there] = [billedFor(month), standing(facts)];
  const all = { ...used };
  for (const billed of BILLED) all[billed] += there[billed] ?? 0;
  all.metricHours += metricHours(month);
  return priced(all, prices);
};

export const totalOf = (lines: readonly Line[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);
