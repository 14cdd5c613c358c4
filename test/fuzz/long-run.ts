import { parseArgs } from 'node:util';
import { routeKeys } from '../support/route-keys.ts';
import { startFuzzed } from './handlers.ts';
import { fuzzIdentity } from './identity/long-run.ts';
import { fuzz } from './run.ts';

const USAGE = `npm run fuzz -- [--calls 20000] [--route 'POST /v1/requests'] [--seed N]

  Calls each route of the contract so many times with input that is valid, nearly valid, or nothing of the kind. Prints what was
  answered, and what breaks the law with the seed that brings it again, and then ends with 1.

npm run fuzz -- --identity [--minutes 10] [--seed N]

  Throws tokens and SAML responses at their parsers: refused in words of ours, or genuine, in at most a millisecond a KiB.
`;

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: {
      ...{ calls: { type: 'string' }, route: { type: 'string' }, seed: { type: 'string' } },
      ...{ identity: { type: 'boolean' }, minutes: { type: 'string' } },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const calls = Number(values.calls ?? 20_000);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  const minutes = Number(values.minutes ?? 10);
  const routes = routeKeys.filter((key) => values.route === undefined || values.route === key);
  const isUnderstood = calls >= 1 && minutes > 0 && Number.isSafeInteger(calls) && Number.isSafeInteger(seed);
  if (values.help || !isUnderstood || routes.length === 0) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  if (values.identity) return fuzzIdentity(minutes, seed);
  process.stdout.write(`${calls} calls a route, ${routes.length} routes, seed ${seed}\n`);
  const fuzzed = await startFuzzed();
  const beganMs = performance.now();
  const statuses = new Map<number, number>();
  let failures = 0;
  try {
    for (const key of routes) {
      const routeBeganMs = performance.now();
      const outcome = await fuzz(fuzzed, key, { calls, seed });
      for (const [status, count] of outcome.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
      const took = `${outcome.calls} calls, ${secondsSince(routeBeganMs)} s`;
      process.stdout.write(`  ${key.padEnd(46)} ${took.padEnd(22)} ${histogram(outcome.statuses)}\n`);
      if (outcome.failure === undefined) continue;
      failures += 1;
      process.stdout.write(`BREAKS THE LAW, seed ${seed}\n${outcome.failure}\n`);
    }
  } finally {
    await fuzzed.close();
  }
  const total = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  process.stdout.write(
    `${total} calls, ${secondsSince(beganMs)} s: ${histogram(statuses)}; ${failures} routes break the law\n`,
  );
  return failures === 0;
};

const secondsSince = (ms: number): string => ((performance.now() - ms) / 1000).toFixed(1);

const histogram = (statuses: ReadonlyMap<number, number>): string =>
  [...statuses]
    .sort(([a], [b]) => a - b)
    .map(([status, count]) => `${status}×${count}`)
    .join(' ');

process.exitCode = (await main()) ? 0 : 1;
