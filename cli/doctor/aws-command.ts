import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure, oneLine } from '../failure.ts';

const run = promisify(execFile);

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;

const answers = new Map<string, Promise<string | undefined>>();

/**
 * What the AWS CLI prints, asked with whatever credentials it has.
 *
 * @returns undefined where AWS says that there is no such thing
 * @throws Failure 2 when it is not installed, or may not ask
 */
export const awsCommand = (...args: readonly string[]): Promise<string | undefined> => {
  const question = JSON.stringify(args);
  // Roles of one account share their revoker role and provider: nothing is asked twice.
  const answer = answers.get(question) ?? ask(args);
  answers.set(question, answer);
  return answer;
};

const ask = async (args: readonly string[]): Promise<string | undefined> => {
  try {
    const { stdout } = await run('aws', [...args, '--output', 'json'], { maxBuffer: MAX_BYTES, timeout: TIMEOUT_MS });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (said.includes('(NoSuchEntity)')) return undefined;
    const asked = `aws ${args.slice(0, 2).join(' ')} of ${args[3] ?? 'the caller'}`;
    throw new Failure(2, `${asked}: ${oneLine(said === '' ? 'there is no aws command' : said)}`);
  }
};
