import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, isErrno } from './failure.ts';
import { CALL_TIMEOUT_MS } from './server.ts';

/** What is done under a lock makes one call, and writes what it brought. An older lock is of a command that died. */
const STALE_MS = CALL_TIMEOUT_MS + 10_000;

const PAUSE_MS = 50;

/**
 * Runs the work, of at most one call, while no other command does so under this name. A refresh token is good once: of several commands that
 * start together, one uses it for all.
 * @param pause waits so many milliseconds
 * @throws what the work throws; Failure 4 when another command keeps the lock
 */
export const whileLocked = async <T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  pause: (ms: number) => Promise<unknown> = wait,
): Promise<T> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `.${name}.lock`);
  const mine = randomUUID();
  for (let waitedMs = 0; !(await isTaken(file, mine)); waitedMs += PAUSE_MS) {
    if (waitedMs > STALE_MS) throw new Failure(4, 'another hatcheck command is still signing in');
    await removeStale(file);
    await pause(PAUSE_MS);
  }
  try {
    return await work();
  } finally {
    // Whoever was so slow that another took over has nothing to give back.
    if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
  }
};

const isTaken = async (file: string, mine: string): Promise<boolean> => {
  try {
    await writeFile(file, mine, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
};

const isStale = async (file: string): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_MS;
};

/** NB. of two who find it stale, the second may hold the first one's new lock in its hands: it gives that back. */
const removeStale = async (file: string): Promise<void> => {
  if (!(await isStale(file))) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if (!(await isStale(aside))) await link(aside, file);
  } catch {
    // Another was quicker.
  } finally {
    await rm(aside, { force: true });
  }
};
