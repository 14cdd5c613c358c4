import path from 'node:path';
import type { InstrumenterContext, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareFactoryPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import type {
  DryRunResult,
  MutantRunOptions,
  MutantRunResult,
  TestResult,
  TestRunner,
} from '@stryker-mutator/api/test-runner';
import {
  determineHitLimitReached,
  DryRunStatus,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { casesOf, session } from './cases.ts';
import type { Case } from './cases.ts';
import { fromTheFirstFreeKey, fromTheFirstKey, keepKeys, keepTaken } from './keys.ts';
import { dependents, hook, load, renew } from './modules.ts';

/** A file that cannot even be loaded has noticed. */
const runFile = async (file: string, stopAtFirst: boolean): Promise<TestResult[]> => {
  const id = `${file} > is loaded`;
  try {
    return await runAll(await casesOf(file, () => load(path.resolve(file))), stopAtFirst);
  } catch (error) {
    return [{ id, name: id, timeSpentMs: 0, status: TestStatus.Failed, failureMessage: wordsOf(error) }];
  }
};

/** Its own test, then those of its folder. */
const nearestFirst = (files: readonly string[], mutated: string): readonly string[] => {
  const place = path.dirname(path.relative(process.cwd(), mutated)).replace(/^lib/, 'test/unit');
  const own = `/${path.basename(mutated, '.ts')}.test.ts`;
  const distance = (file: string): number => (file.endsWith(own) ? 0 : path.dirname(file) === place ? 1 : 2);
  return files.toSorted((one, other) => distance(one) - distance(other));
};

/** Stryker knows no such option, and says nothing of its type. */
const testFilesIn = ({ inProcess: files }: StrykerOptions): readonly string[] =>
  Array.isArray(files) ? files.filter((file: unknown) => typeof file === 'string') : [];

/** As the instrumented code finds it. */
const context: InstrumenterContext = {};
Object.assign(globalThis, { __stryker__: context });

const wordsOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

const collect = async (files: readonly string[]): Promise<readonly Case[]> => {
  const found: Case[] = [];
  for (const file of files) found.push(...(await casesOf(file, () => load(path.resolve(file)))));
  return found;
};

const runAll = async (cases: readonly Case[], stopAtFirst: boolean): Promise<TestResult[]> => {
  const { run, end } = session();
  const results: TestResult[] = [];
  for (const each of cases) {
    const began = performance.now();
    let failure: string | undefined;
    context.currentTestId = each.id;
    await run(each).catch((error: unknown) => {
      failure = wordsOf(error);
    });
    delete context.currentTestId;
    const common = {
      id: each.id,
      name: each.id,
      fileName: path.resolve(each.file),
      timeSpentMs: performance.now() - began,
    };
    results.push(
      failure === undefined
        ? { ...common, status: TestStatus.Success }
        : { ...common, status: TestStatus.Failed, failureMessage: failure },
    );
    if (failure !== undefined && stopAtFirst) break;
  }
  await end().catch(() => undefined);
  return results;
};

const inProcess = (options: StrykerOptions): TestRunner => {
  let files: readonly string[] = [];
  let cases: readonly Case[] = [];

  /** File by file, those nearest to the mutant first: what is loaded anew costs more than what is run. */
  const runAnew = async (mutated: string, stopAtFirst: boolean): Promise<TestResult[]> => {
    renew();
    fromTheFirstKey();
    const touched = dependents(mutated);
    const results: TestResult[] = [];
    for (const file of nearestFirst(files, mutated)) {
      if (!touched.has(path.resolve(file))) continue;
      results.push(...(await runFile(file, stopAtFirst)));
      if (stopAtFirst && results.some(({ status }) => status === TestStatus.Failed)) break;
    }
    return results;
  };

  const wanted = (ids: readonly string[]): readonly Case[] => {
    const chosen = cases.filter(({ id }) => ids.includes(id));
    if (chosen.length < ids.length) throw new TypeError('tests that another process had are not here');
    return chosen;
  };

  const runMutant = async (options: MutantRunOptions): Promise<DryRunResult> => {
    const tests =
      options.mutantActivation === 'static'
        ? await runAnew(options.sandboxFileName, !options.disableBail)
        : await runAll(wanted(options.testFilter ?? []), !options.disableBail);
    return determineHitLimitReached(context.hitCount, context.hitLimit) ?? { status: DryRunStatus.Complete, tests };
  };

  return {
    capabilities: () => ({ reloadEnvironment: true }),
    async init() {
      process.on('unhandledRejection', () => undefined);
      keepKeys();
      hook(process.cwd());
      await load(path.resolve('test/support/environment.ts'));
      files = testFilesIn(options);
      if (files.length === 0) throw new TypeError('no tests');
      cases = await collect(files);
      keepTaken();
    },
    async dryRun() {
      // Tests that lean on what an earlier run of theirs left behind would kill every mutant.
      const again = (await runAll(cases, false)).filter(({ status }) => status !== TestStatus.Success);
      if (again.length > 0) return { status: DryRunStatus.Error, errorMessage: JSON.stringify(again) };
      fromTheFirstFreeKey();
      const tests = await runAll(cases, false);
      return {
        status: DryRunStatus.Complete,
        tests,
        ...(context.mutantCoverage && { mutantCoverage: context.mutantCoverage }),
      };
    },
    async mutantRun(options): Promise<MutantRunResult> {
      if (options.hitLimit === undefined) delete context.hitLimit;
      else context.hitLimit = options.hitLimit;
      context.hitCount = 0;
      fromTheFirstFreeKey();
      context.activeMutant = options.activeMutant.id;
      try {
        return toMutantRunResult(await runMutant(options), options.disableBail);
      } finally {
        delete context.activeMutant;
      }
    },
  };
};

inProcess.inject = tokens(commonTokens.options);

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'in-process', inProcess)];
