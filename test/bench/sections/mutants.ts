import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { seededChance } from '../../support/memory.ts';
import type { Section } from '../section.ts';

const FOLDERS = ['lib/domain', 'lib/broker', 'lib/identity'];
/** Some hundred mutants. */
const SAMPLE_LINES = 250;
const FLOOR = 90;
const WHOLE = 'whole folders: docs/benchmarks.md, Mutants';

const reportSchema = z.object({
  files: z.record(z.string(), z.object({ mutants: z.array(z.object({ status: z.string() })) })),
});

/** One thing changed at a time: would a test notice? All of a folder takes an hour; in short a few files of one, which the seed says. */
export const mutants: Section = async ({ isFull, seed, tell }) => {
  const chosen = isFull ? FOLDERS.map((folder) => `${folder}/**/*.ts`) : sampleOf(seed);
  tell(chosen.join(' '));
  const files = await mutated(chosen);
  const rows = Object.entries(files).map(([file, { mutants: each }]) => ({ file, ...foundOf(each) }));
  const [found, all] = [sum(rows.map((row) => row.found)), sum(rows.map((row) => row.all))];
  const measured = (100 * found) / all;
  const size = isFull ? '' : `; a sample of ${rows.length} files, seed ${seed}; ${WHOLE}`;
  return {
    table: [['mutants of', 'found', 'of'], ...rows.map(({ file, found, all }) => [file, String(found), String(all)])],
    figures: [
      {
        what: 'mutants of domain, broker and identity that tests find',
        how: `${found} of ${all}${size}`,
        ...{ unit: ' %', digits: 1, measured, bound: FLOOR, isFloor: true },
      },
    ],
  };
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Files of one folder; none that are types alone. */
const sampleOf = (seed: number): readonly string[] => {
  const chance = seededChance(seed);
  const oneOf = <T>(some: readonly T[]): T | undefined => some[Math.floor(chance.fraction() * some.length)];
  let left = globSync(`${FOLDERS[seed % FOLDERS.length] ?? ''}/**/*.ts`).toSorted();
  const chosen: string[] = [];
  for (let lines = 0; lines < SAMPLE_LINES && left.length > 0;) {
    const file = oneOf(left) ?? '';
    left = left.filter((each) => each !== file);
    const text = readFileSync(file, 'utf8');
    if (!text.includes('=>')) continue;
    lines += text.split('\n').length;
    chosen.push(file);
  }
  return chosen;
};

const mutated = async (files: readonly string[]): Promise<z.infer<typeof reportSchema>['files']> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-mutants-'));
  try {
    const report = join(folder, 'report.json');
    const stryker = [
      'node_modules/@stryker-mutator/core/bin/stryker.js',
      'run',
      'test/bench/mutants/stryker.config.mjs',
    ];
    const child = spawn(process.execPath, [...stryker, '--mutate', files.join(',')], {
      env: { ...process.env, HATCHECK_MUTANTS: report },
      stdio: 'ignore',
    });
    await once(child, 'exit');
    return reportSchema.parse(JSON.parse(await readFile(report, 'utf8'))).files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const FOUND = ['Killed', 'Timeout'];
const COUNTED = [...FOUND, 'Survived', 'NoCoverage'];

/** Others are prose, or no programs. */
const foundOf = (each: readonly { readonly status: string }[]): { readonly found: number; readonly all: number } => ({
  found: each.filter(({ status }) => FOUND.includes(status)).length,
  all: each.filter(({ status }) => COUNTED.includes(status)).length,
});
