import { heedSignals } from './interrupts.ts';
import { buildProgram } from './program.ts';
import { report } from './report.ts';

/** Runs one command line and sets the exit code of this process. */
export const run = async (words: readonly string[]): Promise<void> => {
  const json = wantsJson(words);
  heedSignals(json);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    stdoutFailed(error, json);
  });
  try {
    await buildProgram({ quiet: json }).parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = await report(error, json);
  }
  leave();
};

/** When all is said, and whatever is still waited for: a keyring that never answers would keep us. What fails to be said is told by its own. */
const leave = (): void => {
  process.stdout.write('', (error) => {
    if (!error) process.exit();
  });
};

/** Said before the words are parsed, since that they cannot be is said in the same form. */
const wantsJson = (words: readonly string[]): boolean => {
  const end = words.indexOf('--');
  return words.slice(0, end === -1 ? undefined : end).includes('--json');
};

/** Whoever reads us stopped reading (`| head`), which is no failure; or what we said went nowhere, which is one. */
const stdoutFailed = (error: NodeJS.ErrnoException, json: boolean): void => {
  if (error.code === 'EPIPE') process.exit();
  void report(error, json).then((exitCode) => process.exit(exitCode));
};
