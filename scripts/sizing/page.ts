import {
  CALL_MS,
  EARLIER_SECONDS,
  ELEVATION,
  ELEVATIONS_A_MONTH,
  MONTHS_KEPT,
  OWN_MS,
  PEAK,
  PERSON,
  START_MS,
  type Times,
} from './assumed.ts';
import { type Line, linesOf, monthLines, totalOf } from './cost.ts';
import { type Facts, type Prices, readFacts, readPrices } from './facts.ts';
import { limitsOf, peopleFor } from './limits.ts';
import { idleMonth, monthOf, personsTimes, tallyOf } from './month.ts';
import { type Measure, type Tally, times } from './tally.ts';

export const PEOPLE = [0, 100, 10_000, 1_000_000] as const;

/** Four digits that mean something, thousands apart. */
export const figure = (amount: number): string =>
  new Intl.NumberFormat('en-US', {
    maximumSignificantDigits: 4,
    maximumFractionDigits: 2,
    roundingPriority: 'lessPrecision',
  }).format(amount);

const usd = (amount: number): string =>
  amount === 0
    ? ''
    : amount < 0.005
      ? '< 0.01'
      : amount < 100
        ? amount.toFixed(2)
        : Math.round(amount).toLocaleString('en-US');

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |\n`;
const head = (cells: readonly string[]): string => row(cells) + row(cells.map(() => '---'));

const COLUMNS: readonly (readonly [Measure, string])[] = [
  ['apiCalls', 'API calls'],
  ['invocations', 'invocations'],
  ['awsCalls', 'calls of AWS'],
  ['readUnits', 'read units'],
  ['writeUnits', 'write units'],
  ['keptBytes', 'bytes kept'],
  ['busEvents', 'events'],
  ['sqsMessages', 'messages'],
  ['stsCalls', 'STS'],
];

const rest = ({ kmsSignsEcc, kmsSignsRsa, s3Puts, mails }: Tally): string =>
  Object.entries({ 'KMS, ECC': kmsSignsEcc, 'KMS, RSA': kmsSignsRsa, 'S3 puts': s3Puts, mail: mails })
    .filter(([, amount]) => amount > 0)
    .map(([what, amount]) => `${amount} ${what}`)
    .join(', ');

const countedTable = ({ acts }: Facts): string =>
  head(['once', ...COLUMNS.map(([, name]) => name), 'and']) +
  Object.entries(acts)
    .map(([act, tally]) => row([act, ...COLUMNS.map(([measure]) => figure(tally[measure])), rest(tally)]))
    .join('');

const billTable = (columns: readonly (readonly [string, readonly Line[]])[], { prices }: Prices): string => {
  const bills = columns.map(([, lines]) => lines);
  const rows = (bills[0] ?? [])
    .map(({ billed }, at) => ({ billed, of: bills.map((lines) => lines[at]) }))
    .filter(({ of }) => of.some((line) => (line?.usd ?? 0) > 0))
    .map(({ billed, of }) => row([prices[billed].of, ...of.map((line) => usd(line?.usd ?? 0))]));
  return (
    head(['USD', ...columns.map(([name]) => name)]) +
    rows.join('') +
    row(['**together**', ...bills.map((lines) => `**${usd(totalOf(lines))}**`)])
  );
};

const limitTable = (facts: Facts): string =>
  head([
    'what',
    'the most',
    ...PEOPLE.slice(1).map((people) => `${figure(people)} people`),
    'enough for',
    'then',
    'lifted by',
  ]) +
  limitsOf(facts)
    .map((limit) => {
      const uses = PEOPLE.slice(1).map((people) => figure(limit.ofOne * people));
      const enough = peopleFor(limit);
      return row([limit.what, figure(limit.most), ...uses, figure(enough), limit.then, limit.lift]);
    })
    .join('');

const list = (done: Times): string =>
  Object.entries(done)
    .map(([act, often]) => `${often} × ${act}`)
    .join(', ');

/** The page about sizes and costs, from what was counted, what is assumed, and prices. */
export const sizingPage = (facts: Facts = readFacts(), prices: Prices = readPrices()): string => {
  const thousand = times(1000, tallyOf(facts, ELEVATION));
  const one = totalOf(linesOf(tallyOf(facts, ELEVATION), prices));
  const months = PEOPLE.map((people) => ({ people, lines: monthLines(facts, monthOf(facts, people), prices) }));
  const idle = idleMonth(facts);
  const [first] = limitsOf(facts);
  const without =
    100 * (totalOf(linesOf(tallyOf(facts, PERSON), prices)) / totalOf(linesOf(tallyOf(facts, personsTimes), prices)));
  return `# Sizing and cost

Made by \`npm run docs\` from three files, and held to them by a test: what was counted (\`scripts/sizing/counted.json\`), what is assumed
(\`scripts/sizing/assumed.ts\`) and prices (\`scripts/sizing/prices.json\`). \`node test/bench/sizing/run.ts\` counts anew, on the whole local stack, with proxies before its AWS and its tables.

**Prices are inputs**: of ${prices.region}, without tax, discounts or free tiers, as they were to be read on ${prices.readOn} and not asked of AWS. Other regions take more, some half as much again.
Put those of your region into the file, and run \`npm run docs\`; AWS's own calculator has the last word.

## What was counted

Each of these once, with all that follows from it: the ledger's stream calling its two functions for each batch (as if every act came alone), notices told, sessions ended.

${countedTable(facts)}
- *read units* are what the embedded DynamoDB says that it consumed, half a unit at least; *write units* are reckoned from the items, every secondary index included (\`test/bench/sizing/item-size.ts\`).
- *calls of AWS* are those of our functions: DynamoDB, STS, KMS, S3, SQS, EventBridge, IAM. STS itself costs nothing, and neither do reads of a stream by Lambda.
- *export* and *checkpoint* are runs that found all the events of this table.

## What is assumed

- An elevation is ${list(ELEVATION)}.
- A person has ${ELEVATIONS_A_MONTH} of them a month, and besides ${list(PERSON)}. Everybody is such a person; who never asks for anything costs ${figure(without)} % of it.
- A call of a function takes ${OWN_MS} ms of its own, ${START_MS} ms of somebody's cold start, and ${CALL_MS} ms for each call of AWS, as if none waited beside another. Twice as long is twice the line of GB-seconds, no more.
- What is kept is a year's (${MONTHS_KEPT} months); it goes on growing. Sessions, codes and marks expire, and are not in it.
- The busiest second is ${PEAK} times an average second of the working hours; who ends a request early does so ${EARLIER_SECONDS / 60} minutes before its end.

## 1,000 elevations

${figure(thousand.apiCalls)} calls of the API, ${figure(thousand.invocations)} invocations, ${figure(thousand.writeUnits)} write and ${figure(thousand.readUnits)} read units, ${figure(thousand.busEvents)} events, ${figure(thousand.keptBytes / 1e6)} MB kept. Of the write units, those of one elevation:
${Object.entries(ELEVATION)
  .map(([act, often]) => `${often} × ${facts.acts[act]?.writeUnits ?? 0}`)
  .join(
    ' + ',
  )} = ${figure(thousand.writeUnits / 1000)}. Times 1,000, at ${prices.prices.writeUnits.usd} USD a million, that is ${usd((thousand.writeUnits / prices.prices.writeUnits.per) * prices.prices.writeUnits.usd)} USD.

${billTable([['1,000 elevations', linesOf(thousand, prices)]], prices)}
One elevation is ${(100 * one).toFixed(3)} cents.

## A month

With nobody there: ${figure(idle.invocations)} invocations by schedules, keys, alarms, and Lambda asking empty queues. CloudFront, WAF, a standby region and a nightly backup are not in it, where a stage has them.

${billTable(
  months.map(({ people, lines }) => [people === 0 ? 'nobody' : `${figure(people)} people`, lines]),
  prices,
)}
The metrics are [our own](operations.md#what-is-measured), each for every hour in which something is said of it, and all of them at the most. API Gateway's of each route are not kept: floods of one are seen in the API's log.

## What stops first

Each limit as AWS and this repository set it, what the busiest second takes of it, and how many people it is enough for; the smallest first. AWS's are the quotas of a usual account as they were to be read on
${prices.readOn}; \`aws service-quotas list-service-quotas\` says yours.

${limitTable(facts)}
The first of them is enough for ${figure(first ? peopleFor(first) : 0)} people: up to there nothing needs a hand. A stage for 1,000,000 begins with everything here that is enough for fewer; or there are several stages, one for each
part of the organisation, with tables, queues, a log and lent roles of their own.
`;
};
