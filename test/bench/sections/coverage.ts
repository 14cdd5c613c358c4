import { globSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import * as z from 'zod';
import { runJest } from '../jest-run.ts';
import type { Section } from '../section.ts';

const FOLDERS = ['lib/domain', 'lib/broker', 'lib/identity'];
/** Those that speak for these folders: besides their own what functions, attackers, crashes and readers of an export try. */
const TESTS = [
  ...['test/unit/(domain|broker|identity)/', 'test/functions/', 'test/attack/'],
  ...['test/faults/(log|checkpoint)-every-await', 'test/cli/verify-(folder|exported)'],
];

const countSchema = z.object({ total: z.number(), covered: z.number() });
const summarySchema = z.record(z.string(), z.object({ branches: countSchema }));

interface Branches {
  readonly file: string;
  readonly total: number;
  readonly covered: number;
}

/** Branches that the tests take. */
export const coverage: Section = async () => {
  const run = await runJest(
    (folder) => [
      ...[...TESTS, '--coverage', '--coverageReporters=json-summary', `--coverageDirectory=${folder}`],
      // The figure is the judge here.
      '--coverageThreshold={}',
      `--collectCoverageFrom={${FOLDERS.join(',')}}/**/*.ts`,
    ],
    (folder) => branchesIn(join(folder, 'coverage-summary.json')),
  );
  const files = run.left;
  const unseen = programs().filter((file) => !files.some((each) => each.file === file));
  const open = files.filter(({ total, covered }) => covered < total);
  const all = sumOf(files);
  const measured = (100 * all.covered) / all.total;
  return {
    table: [
      ['branches of', 'files', 'taken', 'of'],
      ...FOLDERS.map((folder) => {
        const its = files.filter(({ file }) => file.startsWith(`${folder}/`));
        return [folder, its.length, sumOf(its).covered, sumOf(its).total].map(String);
      }),
    ],
    remarks: [
      ...run.failed.map((title) => `FAILED: ${title}`),
      ...unseen.map((file) => `${file}: no test loads it, and so it is not counted`),
      ...open.map(({ file, total, covered }) => `${file}: ${total - covered} not taken`),
    ],
    isGood: unseen.length === 0 && run.failed.length === 0,
    figures: [
      {
        what: 'branches of domain, broker and identity that tests take',
        how: `${all.covered} of ${all.total}, ${unseen.length} files not loaded; ${run.passed} tests, ${run.failed.length} failed`,
        ...{ unit: ' %', digits: 2, measured, bound: 100, isFloor: true },
      },
    ],
  };
};

/** Files of types alone are never loaded. */
const programs = (): readonly string[] =>
  FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.ts`))
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => /^(?:export )?(?:const|class|function) /m.test(readFileSync(file, 'utf8')));

const branchesIn = async (file: string): Promise<readonly Branches[]> => {
  const summary = Object.entries(summarySchema.parse(JSON.parse(await readFile(file, 'utf8'))));
  return summary
    .filter(([path]) => path !== 'total')
    .map(([path, { branches }]) => ({ file: relative('.', path).replaceAll(sep, '/'), ...branches }));
};

const sumOf = (some: readonly Branches[]): Omit<Branches, 'file'> => ({
  total: some.reduce((sum, { total }) => sum + total, 0),
  covered: some.reduce((sum, { covered }) => sum + covered, 0),
});
