import { LANES } from '../../lib/broker/watch-ledger.ts';
import { CALL_MS, EARLIER_SECONDS, OWN_MS, PEAK, ROLES, SHARDS, START_MS, WORK_SECONDS } from './assumed.ts';
import { lambdaMs } from './cost.ts';
import type { Facts } from './facts.ts';
import { personsTimes, tallyOf } from './month.ts';
import type { Tally } from './tally.ts';

/** Something that only so much goes through. */
export interface Limit {
  readonly what: string;
  /** A second, or at once. */
  readonly most: number;
  /** Of one person in the busiest second. */
  readonly ofOne: number;
  /** What is seen when it is reached, and what lifts it. */
  readonly then: string;
  readonly lift: string;
}

interface Use {
  /** In a month. */
  readonly month: Tally;
  readonly often: (...acts: readonly string[]) => number;
  readonly facts: Facts;
}

interface Known extends Omit<Limit, 'ofOne'> {
  /** Of a person in a month, in what the limit is of. */
  readonly use: (use: Use) => number;
  /** As if everybody came once within these seconds, and not as the month has it. */
  readonly withinSeconds?: number;
}

const seconds = (ms: number): number => ms / 1000;

/** Of the six calls of a portal page (test/bench/sizing/act.ts): those of `GET /v1/requests`, and with `GET /v1/entitlements` those of the function `requests`. */
const LISTS_OF_PAGE = 3;
const CALLS_OF_PAGE = 4;

/** Of the function `requests`, which has a number of calls at once of its own. */
const requestsSeconds = ({ often, facts }: Use): number => {
  const lists = often('look of an open page') + CALLS_OF_PAGE * often('portal page');
  const acts = ['ask', 'read', 'read to decide', 'approve', 'end'];
  const callsOf = facts.acts['look of an open page']?.awsCalls ?? 0;
  return seconds(OWN_MS + START_MS + callsOf * CALL_MS) * (lists + often(...acts));
};

const throttled = { then: 'the gateway answers 429; everybody comes again', lift: '`serverless/gateway.yml`' };
const quota = (name: string): string => `a higher quota: ${name}`;

/** NB. `then` and `lift` are for people: what stops, and what to change. */
const known = (facts: Facts): readonly Known[] => [
  {
    ...{ what: 'sign-ins let through, when all come within a quarter of an hour', most: 20, ...throttled },
    ...{ use: () => 1, withinSeconds: 900 },
  },
  {
    ...{ what: '`POST /oauth/token` let through', most: 50, ...throttled },
    use: ({ often }) => often('sign-in of a command line', 'renewal'),
  },
  {
    ...{ what: '`GET /v1/requests` let through', most: 100, ...throttled },
    use: ({ often }) => often('look of an open page') + LISTS_OF_PAGE * often('portal page'),
  },
  {
    ...{ what: '`POST /v1/requests/{id}/credentials` let through', most: 200, ...throttled },
    use: ({ often }) => often('issue'),
  },
  {
    ...{ what: 'calls of the API, the account’s quota', most: 10_000, then: throttled.then },
    lift: quota('API Gateway “Throttle rate”'),
    use: ({ month }) => month.apiCalls,
  },
  {
    ...{ what: 'calls at once, the account’s concurrency', most: 1000, then: '503 of whatever comes last' },
    lift: quota('Lambda “Concurrent executions”'),
    use: ({ month }) => seconds(lambdaMs(month)),
  },
  {
    ...{ what: 'calls of `requests` at once, with `reserved: 20`', most: 20, then: '503; people come again' },
    lift: 'a larger `reserved`',
    use: requestsSeconds,
  },
  {
    ...{ what: 'calls of `credentials` at once, with `reserved: 20`', most: 20, then: '503; command lines come again' },
    lift: 'a larger `reserved`',
    // Half a second each: serverless/concurrency.yml.
    use: ({ often }) => often('issue', 'console') / 2,
  },
  {
    ...{
      what: 'notices told, two functions at once and a second each',
      most: 2,
      then: 'people hear late; nothing is lost',
    },
    lift: '`maximumConcurrency` of `on-notice`, and more channels: a platform takes one message a second in each',
    // Asked, and decided.
    use: ({ often }) => often('ask', 'approve'),
  },
  {
    what: `events followed: ${LANES} streams at once in each of the ${SHARDS} shards that a new table has`,
    most: (LANES * SHARDS) / seconds(facts.followerTrips * CALL_MS),
    then: 'people are told late, and sessions that are to be ended live on for longer',
    lift: '`ParallelizationFactor` of `on-ledger-event`; a busier table has more shards',
    use: ({ month }) => month.busEvents,
  },
  {
    what: 'events put into the log by its one writer',
    most: 100 / seconds(facts.sequencerTrips.ofHundred * CALL_MS),
    then: '`log-late`: checkpoints and export run behind; people notice nothing',
    lift: 'what `on-sequence` puts on the bus ten by ten, put at once: half of its trips',
    use: ({ month }) => month.busEvents,
  },
  {
    ...{ what: 'reads of `control`, one partition', most: 3000, then: '503 `ledger_unavailable`' },
    lift: 'reading it once in some seconds in each function: then a hold is felt that much later',
    use: ({ month }) => month.controlUnits,
  },
  {
    ...{ what: 'writes of everybody’s list of a month, four shards', most: 4000, then: 'lists run behind' },
    lift: '`MONTH_SHARDS` of `lib/aws/summary-items.ts`, never back',
    use: ({ month }) => month.monthUnits,
  },
  {
    ...{ what: 'writes of one group’s list, were it asked for everything', most: 1000, then: 'that list runs behind' },
    lift: 'several groups of approvers',
    use: ({ month }) => month.monthUnits,
  },
  {
    ...{
      what: 'writes of the log, one partition, a batch of a hundred events 12 KB',
      most: 1000,
      then: 'the log runs behind',
    },
    lift: 'nothing: its writer is slower than that',
    use: ({ month }) => month.busEvents * 0.12,
  },
  {
    ...{ what: 'writes of one table', most: 40_000, then: '503 `ledger_unavailable`' },
    lift: `${quota('DynamoDB “Table-level write throughput”')}; a new table takes 4,000 at first: \`WarmThroughput\``,
    use: ({ month }) => month.writeUnits,
  },
  {
    ...{ what: 'calls of STS', most: 600, then: '503 `aws_unavailable`; command lines come again' },
    lift: quota('STS, by AWS Support; or longer sessions, by `session.via: webIdentity`'),
    use: ({ month }) => month.stsCalls,
  },
  {
    ...{ what: 'signatures by KMS, were all issues by tokens or SAML', most: 1000, then: '503 `aws_unavailable`' },
    lift: quota('KMS “Cryptographic operations (ECC)”, “(RSA)”'),
    use: ({ often }) => often('issue', 'console'),
  },
  {
    ...{ what: 'events on the bus, in a large region', most: 10_000, then: 'the log runs behind' },
    lift: quota('EventBridge “PutEvents throttle limit”'),
    use: ({ month }) => month.busEvents,
  },
  {
    what: `requests ended early whose sessions are out, 153 a role, ${ROLES} roles`,
    most: 153 * ROLES,
    then: '`sessions-overflowed`: everybody’s sessions of that role end, and are asked for again',
    lift: 'more roles for fewer people each, or shorter grants',
    use: ({ often }) => often('end') * EARLIER_SECONDS,
  },
];

/** All of them, what is reached by the fewest people first. */
export const limitsOf = (facts: Facts): readonly Limit[] => {
  const often: Use['often'] = (...acts) => acts.reduce((sum, act) => sum + (personsTimes[act] ?? 0), 0);
  const use = { month: tallyOf(facts, personsTimes), often, facts };
  return known(facts)
    .map(({ use: inAMonth, withinSeconds, ...limit }) => ({
      ...limit,
      ofOne: inAMonth(use) / (withinSeconds ?? WORK_SECONDS / PEAK),
    }))
    .toSorted((a, b) => peopleFor(a) - peopleFor(b));
};

/** How many people it is enough for. */
export const peopleFor = ({ most, ofOne }: Limit): number => Math.floor(most / ofOne);
