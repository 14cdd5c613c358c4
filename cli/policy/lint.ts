import type { AccessFault } from '../../lib/config/access-fault.ts';
import { Failure } from '../failure.ts';
import { policyText } from './policy-text.ts';
import { counted, red, say, sayJson, yellow } from '../print.ts';

const { lintAccess } = await import('../../lib/config/policy/lint.ts');
const { secureUrl } = await import('../../lib/config/web-address.ts');

export interface LintOptions {
  readonly origin?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** @returns the exit code: 1 with a fault, or with a warning where `strict`. @throws Failure 2; the file system's error */
export const lint = (file: string, { origin, strict = false, json = false }: LintOptions): 0 | 1 => {
  const { text, options } = policyText(file);
  const { faults, warnings } = lintAccess(text, options, origin === undefined ? undefined : hostOf(origin));
  if (json) sayJson({ file, faults, warnings });
  else {
    for (const fault of faults) say(line(fault, red('fault')));
    for (const warning of warnings) say(line(warning, yellow('warning')));
    say(`${file}: ${counted(faults.length, 'fault')}, ${counted(warnings.length, 'warning')}`);
  }
  return faults.length > 0 || (strict && warnings.length > 0) ? 1 : 0;
};

const hostOf = (origin: string): string => {
  const url = secureUrl(origin);
  if (url?.origin !== origin)
    throw new Failure(2, '--origin must be one such as https://hatcheck.example.com, without a path');
  return url.host;
};

/** As compilers write it, so that editors find the place. */
const line = (fault: AccessFault, kind: string): string =>
  `${fault.file}:${fault.line}:${fault.column}: ${kind} [${fault.code}] ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`;
