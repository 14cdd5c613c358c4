import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from '../figure.ts';
import { type JestRun, runJest } from '../jest-run.ts';
import type { Section } from '../section.ts';

const DOCUMENTS = ['test/attack/id-token', 'test/attack/saml'];
const ALL = ['test/attack'];
const CANARIES = 'test/e2e/canaries.test.ts';

interface Corpus {
  readonly name: string;
  readonly refused: number;
  readonly reasons: number;
  readonly accepted: number;
}

/** The tests say what has to become of each document; here it is counted. */
export const attacks: Section = async ({ isFull }) => {
  const run = await runJest(
    () => (isFull ? ALL : DOCUMENTS),
    (folder) => corporaIn(tallyIn(folder)),
    (folder) => ({ HATCHECK_TALLY: tallyIn(folder) }),
  );
  const corpora = run.left;
  const sum = (which: 'refused' | 'accepted'): number => corpora.reduce((all, corpus) => all + corpus[which], 0);
  const rows = corpora.map(({ name, refused, reasons, accepted }) => [name, refused, reasons, accepted].map(String));
  const documents = `${sum('refused')} documents refused for the right reason, ${sum('accepted')} controls accepted`;
  return {
    table: [['documents of', 'refused', 'for so many reasons', 'accepted'], ...rows],
    remarks: wrong(run),
    figures: [wrongOf(run, 'attack corpora: tests that fail or are skipped', `${documents}, in ${run.passed} tests`)],
  };
};

/** Looked for in logs, tables, files, traces, answers, command lines, the bus and the export, after the whole story and its errors. */
export const canaries: Section = async () => {
  const run = await runJest(
    () => [CANARIES],
    () => Promise.resolve(),
  );
  const planted = run.titles.filter((title) => title.startsWith('a canary that is planted is found'));
  const how = `${planted.length} places where one that is planted is found; ${run.passed} tests`;
  const figure = wrongOf(run, 'canary secrets anywhere: tests that fail or are skipped', how);
  return { table: [], remarks: wrong(run), figures: [figure] };
};

const wrong = ({ failed, skipped }: JestRun): readonly string[] => [
  ...failed.map((title) => `FAILED: ${title}`),
  ...skipped.map((title) => `skipped: ${title}`),
];

/** What was not tried is not shown. */
const wrongOf = (run: JestRun, what: string, how: string): Figure => ({
  ...{ what, how, unit: '', digits: 0, bound: 0 },
  measured: run.passed === 0 ? Number.POSITIVE_INFINITY : run.failed.length + run.skipped.length,
});

const tallyIn = (folder: string): string => join(folder, 'tally');

/** Each document counts once with each outcome, however often a test asks. */
const corporaIn = async (file: string): Promise<readonly Corpus[]> => {
  const lines = new Set((await readFile(file, 'utf8')).trimEnd().split('\n'));
  const seen = [...lines].map((line) => {
    const [from = '', , outcome = ''] = line.split(' ');
    return { from, outcome };
  });
  return Object.entries(Object.groupBy(seen, ({ from }) => from))
    .map(([name, outcomes = []]) => {
      const refused = outcomes.filter(({ outcome }) => outcome !== 'accepted');
      const reasons = new Set(refused.map(({ outcome }) => outcome)).size;
      return { name, refused: refused.length, reasons, accepted: outcomes.length - refused.length };
    })
    .toSorted((a, b) => a.name.localeCompare(b.name));
};
