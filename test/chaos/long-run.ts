import { parseArgs } from 'node:util';
import { liveLine } from '../../cli/live-line.ts';
import { storm } from './storm.ts';

const USAGE = `npm run chaos -- [--minutes 10] [--people 50] [--seed N]

  A whole stack whose calls of DynamoDB and AWS come late, twice, or not at all, whose functions are killed now and then, and people who
  ask, approve, deny, take credentials and consoles, extend, end and revoke. Then calm: everything has to recover by itself, and the
  ledger is held against all that was answered. Ends with 1, and the seed, when an invariant does not hold.
`;

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      ...{ minutes: { type: 'string' }, people: { type: 'string' }, seed: { type: 'string' } },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const minutes = Number(values.minutes ?? 10);
  const people = Number(values.people ?? 50);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  const isUnderstood = minutes > 0 && people >= 4 && Number.isSafeInteger(people) && Number.isSafeInteger(seed);
  if (values.help || !isUnderstood) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  process.stdout.write(`${minutes} minutes, ${people} people, seed ${seed}\n`);
  const line = liveLine(process.stdout);
  const report = await storm({ seconds: minutes * 60, people, seed, onProgress: line.show });
  line.clear();
  const { calls, requests, events, faults, kills, answers, recoveryMs, violations } = report;
  const rows = [
    ['requests', requests],
    ['calls over HTTP', calls],
    ['events in the ledger', events],
    ...sorted(faults).map(([kind, times]) => [`fault: ${kind}`, times] as const),
    ['functions killed', kills],
    ...sorted(answers).map(([answer, times]) => [`answer: ${answer}`, times] as const),
    ['recovered after, s', (recoveryMs / 1000).toFixed(1)],
    ['violations', violations.length],
  ] as const;
  for (const [what, value] of rows) process.stdout.write(`  ${what.padEnd(40)}${String(value).padStart(10)}\n`);
  for (const violation of violations.slice(0, 20)) process.stdout.write(`VIOLATED, seed ${seed}: ${violation}\n`);
  return violations.length === 0;
};

const sorted = (counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] =>
  [...counts].toSorted(([a], [b]) => a.localeCompare(b));

// At once: Node 24 was seen to wait for ever, on its way out, for a handle of one of the hundred workers that were killed.
process.exit((await main()) ? 0 : 1);
