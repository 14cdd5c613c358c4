import type { DeployedFunction } from './functions-of.ts';
import { reservedFor } from './functions-of.ts';

/** Lambda, as far as it stops and starts functions. */
export interface Lambda {
  /** How many calls the function serves at once, or `shared`; undefined where there is no such function. @throws Failure */
  reservedOf(name: string): Promise<number | 'shared' | undefined>;
  /** @throws Failure */
  reserve(name: string, calls: number | 'shared'): Promise<void>;
  /** Calls it, and waits for the answer. @throws Failure when the function failed */
  invoke(name: string, payload: object): Promise<void>;
}

export interface Fence {
  readonly lambda: Lambda;
  readonly functions: readonly DeployedFunction[];
  readonly pause: (ms: number) => Promise<void>;
  readonly say: (line: string) => void;
}

/**
 * No function runs once this returns: a reserved concurrency of 0 lets none begin, whoever calls, and what had begun is over or was ended by its time.
 *
 * @returns those that are not there
 */
export const shut = async ({ lambda, functions, pause, say }: Fence): Promise<readonly string[]> => {
  const missing: string[] = [];
  // Who gives out first.
  for (const { name } of functions.toReversed()) {
    const before = await lambda.reservedOf(name);
    if (before === undefined) missing.push(name);
    else if (before !== 0) await lambda.reserve(name, 0);
  }
  for (const { name } of functions.filter((each) => !missing.includes(each.name)))
    if ((await lambda.reservedOf(name)) !== 0) throw new Error(`${name} is not shut`);
  const seconds = Math.max(...functions.map(({ timeoutSeconds }) => timeoutSeconds));
  say(`waiting ${seconds} s, which is as long as a call that had begun may take`);
  await pause(seconds * 1000);
  return missing;
};

/** Opens them one by one, in their order, with what the stage reserves for each. */
export const open = async ({ lambda, functions }: Fence, names: (name: string) => boolean, reserved: number) => {
  for (const { name } of functions.filter((each) => names(each.name)))
    if ((await lambda.reservedOf(name)) !== undefined) await lambda.reserve(name, reservedFor(name, reserved));
};
