import { parseArgs } from 'node:util';
import { walkModel } from './walk.ts';

const USAGE = `npm run model -- [--steps 100000] [--seed N]

  Walks the model so many steps (a step is one thing that somebody asks for): a quarter of them on the bare decider against an
  oracle, 5 % but at most 5,000 on the embedded DynamoDB through the functions, the rest on the use cases with the ledger in memory.
  Prints what fails first, with the seed and path that bring it again, and ends with 1.
`;

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
  const { violation, ...walked } = await walkModel({
    ...{ steps, seed },
    tell: (line) => void process.stdout.write(`  ${line}\n`),
  });
  if (violation !== undefined) {
    process.stdout.write(`${violation}\n`);
    return false;
  }
  const { steps: done, runs, seconds } = walked;
  process.stdout.write(`${done} steps in ${runs} runs, seed ${seed}, ${seconds.toFixed(0)} s: 0 violations\n`);
  return true;
};

process.exitCode = (await main()) ? 0 : 1;
