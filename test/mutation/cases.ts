import { expect } from 'expect';

export { expect };

type Act = () => unknown;

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly skipped: boolean;
  readonly beforeAll: Act[];
  readonly afterAll: Act[];
  readonly beforeEach: Act[];
  readonly afterEach: Act[];
}

export interface Case {
  readonly id: string;
  readonly file: string;
  readonly suite: Suite;
  readonly act: Act;
}

const suiteIn = (parent: Suite | undefined, name: string, skipped = false): Suite => ({
  name,
  parent,
  skipped: skipped || parent?.skipped === true,
  beforeAll: [],
  afterAll: [],
  beforeEach: [],
  afterEach: [],
});

let file = '';
let current = suiteIn(undefined, '');
let cases: Case[] = [];

/**
 * What stands in the file that is imported meanwhile, in the order of the file. Two of the same name differ by their number; a row of a
 * table goes by the name of all: what is in it may be made anew each time, and a case has to be found again by another process.
 */
export const casesOf = async (name: string, load: () => Promise<unknown>): Promise<readonly Case[]> => {
  file = name;
  current = suiteIn(undefined, name);
  cases = [];
  await load();
  return cases;
};

const pathOf = (suite: Suite): readonly Suite[] => (suite.parent ? [...pathOf(suite.parent), suite] : [suite]);

export const test = (name: string, act: Act): void => {
  if (current.skipped) return;
  const words = [...pathOf(current).map((suite) => suite.name), name].join(' > ');
  cases.push({ id: `${words} #${cases.length}`, file, suite: current, act });
};

/** One list a row, as its function takes it. */
const argumentsOf = (rows: readonly unknown[]): readonly (readonly unknown[])[] => {
  const lists = rows.filter((row): row is readonly unknown[] => Array.isArray(row));
  return lists.length === rows.length ? lists : rows.map((row) => [row]);
};

test.each =
  (rows: readonly unknown[]) =>
  (name: string, act: (...row: readonly unknown[]) => unknown): void => {
    for (const row of argumentsOf(rows)) test(name, () => act(...row));
  };

const within = (suite: Suite, fill: () => void): void => {
  const outer = current;
  current = suite;
  fill();
  current = outer;
};

export const describe = (name: string, fill: () => void): void => {
  within(suiteIn(current, name), fill);
};

describe.each =
  (rows: readonly unknown[]) =>
  (name: string, fill: (...row: readonly unknown[]) => void): void => {
    for (const row of argumentsOf(rows))
      describe(name, () => {
        fill(...row);
      });
  };

describe.skip = (name: string, fill: () => void): void => {
  within(suiteIn(current, name, true), fill);
};

export const beforeAll = (act: Act): void => void current.beforeAll.push(act);
export const afterAll = (act: Act): void => void current.afterAll.push(act);
export const beforeEach = (act: Act): void => void current.beforeEach.push(act);
export const afterEach = (act: Act): void => void current.afterEach.push(act);

const all = async (acts: readonly Act[]): Promise<void> => {
  for (const act of acts) await act();
};

/** Runs cases one after the other; what a suite needs once is done before its first and undone by `end`. */
export const session = (): { run: (each: Case) => Promise<void>; end: () => Promise<void> } => {
  const begun = new Set<Suite>();
  return {
    async run(each) {
      const suites = pathOf(each.suite);
      for (const suite of suites)
        if (!begun.has(suite)) {
          begun.add(suite);
          await all(suite.beforeAll);
        }
      try {
        for (const suite of suites) await all(suite.beforeEach);
        await each.act();
      } finally {
        for (const suite of suites.toReversed()) await all(suite.afterEach);
      }
    },
    async end() {
      for (const suite of [...begun].toReversed()) await all(suite.afterAll);
    },
  };
};
