import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Failure, oneLine } from '../failure.ts';

const run = promisify(execFile);

const MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * What the AWS CLI prints of roles, asked with whatever credentials it has: those of one account, mostly.
 *
 * @returns a text a role, none for one that is not there
 * @throws Failure 2 when it is not installed, or may not ask
 */
export const askAws = async (roleNames: readonly string[]): Promise<readonly string[]> => {
  const texts: string[] = [];
  for (const name of new Set(roleNames)) {
    const text = await getRole(name);
    if (text !== undefined) texts.push(text);
  }
  return texts;
};

const getRole = async (name: string): Promise<string | undefined> => {
  try {
    const args = ['iam', 'get-role', '--role-name', name, '--output', 'json'];
    const { stdout } = await run('aws', args, { maxBuffer: MAX_BYTES, timeout: TIMEOUT_MS });
    return stdout;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (said.includes('(NoSuchEntity)')) return undefined;
    throw new Failure(2, `aws iam get-role of ${name}: ${oneLine(said === '' ? 'there is no aws command' : said)}`);
  }
};
