/** What AWS counts, and bills or limits. */
const NOTHING = {
  apiCalls: 0,
  answerBytes: 0,
  invocations: 0,
  awsCalls: 0,
  readUnits: 0,
  /** Of them, of the stream `control`, which nearly everybody reads. */
  controlUnits: 0,
  writeUnits: 0,
  /** Of them, to everybody's list of a month. */
  monthUnits: 0,
  /** Of tables and their indexes, of what does not expire. */
  keptBytes: 0,
  sqsMessages: 0,
  /** Every event is on the bus once. */
  busEvents: 0,
  kmsSignsEcc: 0,
  kmsSignsRsa: 0,
  s3Puts: 0,
  s3Bytes: 0,
  mails: 0,
  stsCalls: 0,
  logBytes: 0,
};
export type Measure = keyof typeof NOTHING;
export type Tally = Readonly<Record<Measure, number>>;

export const EMPTY: Tally = NOTHING;
// The keys of the object above, and no others.
export const MEASURES = Object.keys(NOTHING) as readonly Measure[];

export const plus = (one: Tally, other: Tally): Tally => each((measure) => one[measure] + other[measure]);

export const times = (factor: number, tally: Tally): Tally => each((measure) => factor * tally[measure]);

/** Of these measures alone. */
export const only = (measures: readonly Measure[], tally: Tally): Tally =>
  each((measure) => (measures.includes(measure) ? tally[measure] : 0));

const each = (of: (measure: Measure) => number): Tally => ({
  ...EMPTY,
  ...Object.fromEntries(MEASURES.map((measure) => [measure, of(measure)])),
});
