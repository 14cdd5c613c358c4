import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a person would, with nothing of the test's own environment. */
export const hatcheck = async (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdin = '',
  cwd = process.cwd(),
): Promise<Run> => {
  // NB. the keyring of whoever runs the tests is not ours to write into.
  const own = { HATCHECK_KEYRING: 'off', ...env };
  const child = spawn(process.execPath, [resolve('cli/hatcheck.ts'), ...args], { cwd, env: own, stdio: 'pipe' });
  child.stdin.end(stdin);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]);
  return { code, stdout, stderr };
};
