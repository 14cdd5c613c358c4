import { readFileSync } from 'node:fs';
import { inOrder, loadPolicy } from './load.ts';
import { counted, green, red, say, sayJson } from '../print.ts';

const { tryExpectations } = await import('../../lib/config/policy/expectations.ts');

export interface TestOptions {
  /** `access.yml` beside `access.test.yml` if absent. */
  readonly policy?: string;
  readonly json?: boolean;
}

/** @returns the exit code: 1 when something is not as expected. */
export const test = (
  file: string,
  { policy = file.replace(/\.test(\.ya?ml)$/, '$1'), json = false }: TestOptions,
): 0 | 1 => {
  const access = loadPolicy(policy);
  const tried = inOrder(() => tryExpectations(access, readFileSync(file, 'utf8'), file));
  const failed = tried.filter(({ passed }) => !passed);
  if (json) sayJson({ file, policy, expectations: tried });
  else {
    for (const { passed, line, name, expected, got } of tried)
      say(
        passed
          ? `${green('ok')}   ${file}:${line} ${name}: ${expected}`
          : `${red('FAIL')} ${file}:${line} ${name}: expected ${expected}, got ${got}`,
      );
    say(`${counted(tried.length, 'expectation')}, ${failed.length} not met`);
  }
  return failed.length > 0 ? 1 : 0;
};
