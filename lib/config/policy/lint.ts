import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AccessFault, AccessFileError, inFileOrder } from '../access-fault.ts';
import { type AccessFileOptions, parseAccess } from '../access-file.ts';
import { yamlSource } from '../yaml-source.ts';
import { odditiesOf } from './oddities.ts';

export interface Lint {
  /** What stops the packaging. */
  readonly faults: readonly AccessFault[];
  /** What is legal, and odd. None are looked for while there are faults: they would be of rules that nobody meant. */
  readonly warnings: readonly AccessFault[];
}

/** Everything that is wrong with an access.yml, in the order of the file. @param host of the server that it is for, if that is known */
export const lintAccess = (text: string, options: AccessFileOptions, host?: string): Lint => {
  try {
    const access = parseAccess(text, options);
    const source = yamlSource(options.file ?? 'access.yml', text);
    const oddities = odditiesOf(access, host);
    const warnings = oddities.map(({ at, code, message }) => source.fault(at, code, message));
    return { faults: [], warnings: warnings.toSorted(inFileOrder) };
  } catch (error) {
    if (!(error instanceof AccessFileError)) throw error;
    return { faults: error.faults, warnings: [] };
  }
};

/** @throws whatever the file system throws when the file cannot be read. */
export const lintAccessFile = (path: string): Lint => {
  const readFile = (file: string): string => readFileSync(file, 'utf8');
  return lintAccess(readFile(path), { baseDir: dirname(path), readFile, file: path });
};
