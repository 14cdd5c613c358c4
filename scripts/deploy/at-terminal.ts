import { fileURLToPath } from 'node:url';
import { type Asker, askerAt } from '../../cli/asker.ts';
import { awsCloud } from './aws-cloud.ts';
import { type Cloud, CloudError } from './cloud.ts';
import { UsageError } from './options.ts';

/** What every command of this folder works with. */
export interface Terminal {
  /** Of serverless.yml. */
  readonly folder: string;
  readonly cloud: (region: string) => Cloud;
  /** Absent where nobody can be asked. */
  readonly asker: Asker | undefined;
  /** Shows one line. */
  readonly say: (line: string) => void;
}

export interface Command<Options> {
  readonly help: string;
  /** Undefined: help was asked for. @throws UsageError */
  readonly optionsOf: (args: readonly string[]) => Options | undefined;
  readonly run: (options: Options, terminal: Terminal) => Promise<0 | 1 | 2>;
}

const FOLDER = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command as it was typed. The process ends with its code, with 2 for wrong usage, and with 1 for any other error. */
export const atTerminal = async <Options>({ help, optionsOf, run }: Command<Options>): Promise<void> => {
  try {
    const options = optionsOf(process.argv.slice(2));
    if (options) process.exitCode = await run(options, terminal());
    else process.stdout.write(help);
  } catch (error) {
    process.stderr.write(`${inWords(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
};

const terminal = (): Terminal => ({
  folder: FOLDER,
  cloud: (region) => awsCloud({ region }),
  asker: askerAt({}),
  say: (line) => {
    process.stdout.write(`${line}\n`);
  },
});

/** What an error on the way is to whoever typed it. */
const inWords = (error: unknown): string => {
  if (error instanceof CloudError) return `AWS did not do it: ${error.code}`;
  return error instanceof Error ? error.message : String(error);
};
