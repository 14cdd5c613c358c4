import { stat } from 'node:fs/promises';
import { Failure } from '../failure.ts';
import type { Trusted } from './verify-folder.ts';

export interface VerifyOptions extends Partial<Trusted> {
  readonly json?: boolean;
}

/** @returns the exit code: 1 when something is not as it was written. @throws Failure 2 for what is no export */
export const verifyPath = async (
  path: string,
  { key = [], checkpoint = [], ...options }: VerifyOptions,
): Promise<0 | 1> => {
  if ((await stat(path)).isDirectory()) {
    if (key.length === 0)
      throw new Failure(2, `${path} is a folder: its checkpoints are verified by a public key, with --key`);
    const { verifyFolder } = await import('./verify-folder.ts');
    return verifyFolder(path, { key, checkpoint, ...options });
  }
  if (key.length > 0 || checkpoint.length > 0)
    throw new Failure(2, `${path} is one file, which no checkpoint covers: --key and --checkpoint are for a folder`);
  const { verify } = await import('./verify.ts');
  return verify(path, options);
};
