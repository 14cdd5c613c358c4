import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure } from './failure.ts';

/** Longer than a call takes at the most: an older lock is of a command that died. */
const STALE_MS = 40_000;

const PAUSE_MS = 50;

/**
 * Runs the work while no other command does so under this name. A refresh token is good once: of several commands that start together,
 * one uses it for all.
 * @throws what the work throws; Failure 4 when another command keeps the lock
 */
export const whileLocked = async <T>(folder: string, name: string, work: () => Promise<T>): Promise<T> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `.${name}.lock`);
  for (let waitedMs = 0; !(await taken(file)); waitedMs += PAUSE_MS) {
    if (waitedMs > STALE_MS) throw new Failure(4, 'another hatcheck command is still signing in');
    await removeStale(file);
    await wait(PAUSE_MS);
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
};

const taken = async (file: string): Promise<boolean> => {
  try {
    await (await open(file, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
};

const removeStale = async (file: string): Promise<void> => {
  const found = await stat(file).catch(() => undefined);
  if (found && Date.now() - found.mtimeMs > STALE_MS) await rm(file, { force: true });
};
