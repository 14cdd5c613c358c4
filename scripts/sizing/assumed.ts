/** What nobody counts here: how people work, and how long AWS takes. Each can be doubled: the page says what that changes. */

/** How often each act of `counted.json` is done. */
export type Times = Readonly<Record<string, number>>;

/** An hour of a role: asked for by somebody who waits, approved by somebody who looked, used by a command line whose credentials and token are good for a quarter of an hour. */
export const ELEVATION: Times = {
  ask: 1,
  read: 3,
  'read to decide': 1,
  approve: 1,
  issue: 4,
  renewal: 4,
  console: 0.25,
  end: 1,
};

export const ELEVATIONS_A_MONTH = 4;

/** Besides, in a month, by everybody. */
export const PERSON: Times = {
  'sign-in': 8,
  'sign-in of a command line': 8,
  'scripts of a first visit': 1,
  'portal page': 12,
  'look of an open page': 72,
  'audit search': 0.1,
};

const MINUTES = 43_800;
/** In a month, whether or not anybody is there. */
export const RUNS = { schedule: MINUTES, checkpoint: MINUTES / 5, export: MINUTES / 5 };

/** Three queues call functions, and Lambda asks each, empty or not, by five long polls of 20 s at once. */
export const EMPTY_RECEIVES = 3 * 5 * (60 / 20) * MINUTES;

/** Milliseconds of a function: its own work, its share of starts (one in a hundred, of a second), and each call of AWS as if none waited beside another. */
export const OWN_MS = 15;
export const START_MS = 10;
export const CALL_MS = 10;
/** Of the stream of a new table: one for each of its four partitions. */
export const SHARDS = 4;
/** `memorySize` of serverless.yml. */
export const MEMORY_GB = 0.5;

/** START, END and REPORT of Lambda, and a line of the API's log. */
export const INVOCATION_LOG_BYTES = 400;
export const ACCESS_LOG_BYTES = 350;

/** Metrics of our own with everything in use (docs/operations.md, “What is measured”), and how many of them a call or an event touches. */
export const OWN_METRICS = 100;
export const METRICS_OF_CALL = 2;

/** What is kept is that of a year. */
export const MONTHS_KEPT = 12;

/** People work 21 days of 8 hours, and the busiest second is five times an average one of those. */
export const WORK_SECONDS = 21 * 8 * 3600;
export const PEAK = 5;

/** Roles that are lent, and how much earlier than they had to people end what they have. */
export const ROLES = 200;
export const EARLIER_SECONDS = 1800;
