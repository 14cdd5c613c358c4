import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export interface JestRun {
  readonly passed: number;
  /** What did not pass, or could not even be loaded. */
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  readonly titles: readonly string[];
}

/** Runs tests in a process of their own; `inFolder` looks at what they left in a folder that is gone afterwards. */
export const runJest = async <T>(
  words: (folder: string) => readonly string[],
  inFolder: (folder: string) => Promise<T>,
  env: (folder: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<JestRun & { readonly left: T }> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-bench-'));
  try {
    const report = join(folder, 'report.json');
    const jest = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--silent', '--json'];
    const child = spawn(process.execPath, [...jest, '--outputFile', report, ...words(folder)], {
      env: { ...process.env, ...env(folder) },
      stdio: 'ignore',
    });
    await once(child, 'exit');
    const { testResults } = reportSchema.parse(JSON.parse(await readFile(report, 'utf8')));
    return { ...summaryOf(testResults), left: await inFolder(folder) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const summaryOf = (files: z.infer<typeof reportSchema>['testResults']): JestRun => {
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const named = (...statuses: readonly string[]): readonly string[] =>
    tests.filter(({ status }) => statuses.includes(status)).map(({ fullName }) => fullName);
  const broken = files.filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== '');
  return {
    passed: named('passed').length,
    failed: [...named('failed'), ...broken.map(({ name }) => name)],
    skipped: named('pending', 'skipped', 'todo', 'disabled'),
    titles: tests.map(({ fullName }) => fullName),
  };
};
