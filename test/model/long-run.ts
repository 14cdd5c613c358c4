import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { type Steps, deciderAgrees, noSteps } from './decider.ts';
import { brokerOnDynamodbHolds, startModelBroker } from './dynamodb-broker.ts';
import { brokerInMemoryHolds } from './memory-broker.ts';

const USAGE = `npm run model -- [--steps 100000] [--seed N]

  Walks the model so many steps (a step is one thing that somebody asks for): a quarter of them on the bare decider against an
  oracle, 5 % but at most 5,000 on the embedded DynamoDB through the functions, the rest on the use cases with the ledger in memory.
  Prints what fails first, with the seed and path that bring it again, and ends with 1.
`;

/** How much of a part one go at it does: often enough to say how far it is. */
const RUNS_A_GO = { decider: 400, memory: 60, dynamodb: 5 };
const MAX_DYNAMODB_STEPS = 5000;

interface Part {
  readonly name: string;
  readonly steps: Steps;
  readonly wanted: number;
  /** One go under this seed. */
  readonly go: (seed: number) => Promise<Gone>;
}

interface Gone {
  readonly runs: number;
  /** What failed, with what brings it again. */
  readonly failure?: string;
}

const main = async (): Promise<boolean> => {
  const { values } = parseArgs({
    options: { steps: { type: 'string' }, seed: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const steps = Number(values.steps ?? 100_000);
  const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
  if (values.help || !Number.isSafeInteger(steps) || steps < 1 || !Number.isSafeInteger(seed)) {
    process.stdout.write(USAGE);
    return values.help === true;
  }
  process.stdout.write(`${steps} steps, seed ${seed}\n`);
  const struck = await startModelBroker();
  const beganMs = performance.now();
  let total = 0;
  let runs = 0;
  try {
    for (const part of partsOf(steps, struck)) {
      const done = await walk(part, seed);
      total += part.steps.count;
      runs += done.runs;
      if (!done.well) return false;
    }
  } finally {
    await struck.close();
  }
  const seconds = (performance.now() - beganMs) / 1000;
  process.stdout.write(`${total} steps in ${runs} runs, seed ${seed}, ${seconds.toFixed(0)} s: 0 violations\n`);
  return true;
};

const partsOf = (steps: number, struck: Awaited<ReturnType<typeof startModelBroker>>): readonly Part[] => {
  const [decider, memory, dynamodb] = [noSteps(), noSteps(), noSteps()];
  const onDynamodb = Math.min(MAX_DYNAMODB_STEPS, Math.ceil(steps * 0.05));
  const onDecider = Math.ceil(steps * 0.25);
  return [
    {
      name: 'decider against oracle',
      steps: decider,
      wanted: onDecider,
      go: (seed) => Promise.resolve(gone(fc.check(deciderAgrees(decider), { seed, numRuns: RUNS_A_GO.decider }))),
    },
    {
      name: 'broker on the ledger in memory',
      steps: memory,
      wanted: steps - onDecider - onDynamodb,
      go: async (seed) => gone(await fc.check(brokerInMemoryHolds(memory), { seed, numRuns: RUNS_A_GO.memory })),
    },
    {
      name: 'broker on the embedded DynamoDB',
      steps: dynamodb,
      wanted: onDynamodb,
      go: async (seed) =>
        gone(
          await fc.check(brokerOnDynamodbHolds(struck, dynamodb), {
            ...{ seed, numRuns: RUNS_A_GO.dynamodb, endOnFailure: true },
          }),
        ),
    },
  ];
};

const TOLD_EVERY_MS = 10_000;

const walk = async ({ name, steps, wanted, go }: Part, seed: number): Promise<{ well: boolean; runs: number }> => {
  let toldMs = performance.now();
  let runs = 0;
  const tell = (): void => {
    process.stdout.write(`  ${name}: ${steps.count} of ${wanted} steps, ${runs} runs\n`);
    toldMs = performance.now();
  };
  for (let goes = 0; steps.count < wanted; goes += 1) {
    const { failure, runs: more } = await go(seed + goes);
    runs += more;
    if (failure !== undefined) {
      process.stdout.write(`${name}: VIOLATED, seed ${seed + goes}\n${failure}\n`);
      return { well: false, runs };
    }
    if (performance.now() - toldMs > TOLD_EVERY_MS) tell();
  }
  tell();
  return { well: true, runs };
};

const gone = <T>(details: fc.RunDetails<T>): Gone => ({
  runs: details.numRuns,
  ...(details.failed
    ? {
        failure: `${fc.defaultReportMessage(details) ?? ''}\n${details.errorInstance instanceof Error ? String(details.errorInstance.stack) : ''}`,
      }
    : {}),
});

process.exitCode = (await main()) ? 0 : 1;
