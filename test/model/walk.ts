import fc from 'fast-check';
import { type Steps, deciderAgrees, noSteps } from './decider.ts';
import { brokerOnDynamodbHolds, startModelBroker } from './dynamodb-broker.ts';
import { brokerInMemoryHolds } from './memory-broker.ts';

export interface Walk {
  /** A quarter of them on the bare decider, 5 % but at most 5,000 on the embedded DynamoDB, the rest on the ledger in memory. */
  readonly steps: number;
  readonly seed: number;
  /** Told how far it is, a line at a time. */
  readonly tell: (line: string) => void;
}

export interface Walked {
  readonly steps: number;
  readonly runs: number;
  readonly seconds: number;
  /** What failed first, with what brings it again. */
  readonly violation?: string;
}

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

/** Walks the model so many steps: a step is one thing that somebody asks for. Stops at the first violation. */
export const walkModel = async ({ steps, seed, tell }: Walk): Promise<Walked> => {
  const struck = await startModelBroker();
  const beganMs = performance.now();
  const parts = partsOf(steps, struck);
  const walked = (runs: number): Walked => ({
    ...{ steps: parts.reduce((sum, part) => sum + part.steps.count, 0), runs },
    seconds: (performance.now() - beganMs) / 1000,
  });
  let runs = 0;
  try {
    for (const part of parts) {
      const done = await walk(part, seed, tell);
      runs += done.runs;
      if (done.violation !== undefined) return { ...walked(runs), violation: done.violation };
    }
  } finally {
    await struck.close();
  }
  return walked(runs);
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

const walk = async (
  { name, steps, wanted, go }: Part,
  seed: number,
  tell: Walk['tell'],
): Promise<{ readonly runs: number; readonly violation?: string }> => {
  let toldMs = performance.now();
  let runs = 0;
  const tellHowFar = (): void => {
    tell(`${name}: ${steps.count} of ${wanted} steps, ${runs} runs`);
    toldMs = performance.now();
  };
  for (let goes = 0; steps.count < wanted; goes += 1) {
    const { failure, runs: more } = await go(seed + goes);
    runs += more;
    if (failure !== undefined) return { runs, violation: `${name}: VIOLATED, seed ${seed + goes}\n${failure}` };
    if (performance.now() - toldMs > TOLD_EVERY_MS) tellHowFar();
  }
  tellHowFar();
  return { runs };
};

const gone = <T>(details: fc.RunDetails<T>): Gone => ({
  runs: details.numRuns,
  ...(details.failed
    ? {
        failure: `${fc.defaultReportMessage(details) ?? ''}\n${details.errorInstance instanceof Error ? String(details.errorInstance.stack) : ''}`,
      }
    : {}),
});
