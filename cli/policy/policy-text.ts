import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import type { AccessFileOptions } from '../../lib/config/access-file.ts';
import { Failure } from '../failure.ts';

/** An access policy that is not read yet, with what it needs to read the files that it names. */
export interface PolicyText {
  readonly text: string;
  readonly options: AccessFileOptions;
}

/**
 * A file, or `REV:path` of this git repository: then the files that the policy names are those of that revision too.
 * @throws the file system's error, or Failure 2 when git has no such thing
 */
export const policyText = (reference: string): PolicyText => {
  const colon = reference.indexOf(':');
  if (colon <= 0 || existsSync(reference)) {
    const readFile = (path: string): string => readFileSync(path, 'utf8');
    return { text: readFile(reference), options: { baseDir: dirname(reference), readFile, file: reference } };
  }
  const [revision, path] = [reference.slice(0, colon), reference.slice(colon + 1)];
  const readFile = (name: string): string => fileOf(revision, name);
  // `join` would take the dot away that makes git begin at the working directory, not at the top.
  const here = path.startsWith('./') ? './' : '';
  const ofRevision = (name: string): string => readFile(here + name.replace(/^\.\//, ''));
  return { text: readFile(path), options: { baseDir: posix.dirname(path), readFile: ofRevision, file: reference } };
};

const MAX_BYTES = 8 * 1024 * 1024;

const fileOf = (revision: string, path: string): string => {
  // An option of git's would be one by its first letter.
  if (revision.startsWith('-')) throw new Failure(2, `${revision} is no revision`);
  try {
    return execFileSync('git', ['cat-file', 'blob', `${revision}:${path}`], {
      encoding: 'utf8',
      maxBuffer: MAX_BYTES,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    throw new Failure(2, `there is no file ${revision}:${path}, and git has none`, { cause: error });
  }
};
