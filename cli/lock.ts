import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Failure, isErrno } from './failure.ts';
import { unfinishedFile } from './interrupts.ts';
import { CALL_TIMEOUT_MS } from './server.ts';

/** Beside its calls, what is done under a lock writes what they brought. */
const REST_MS = 10_000;

const PAUSE_MS = 50;

export interface Locking {
  /** How many calls the work may make, one after the other; 1 unless said otherwise. */
  readonly calls?: number;
  /** Waits so many milliseconds. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

/**
 * Runs the work while no other command does so under this name. A refresh token is good once: of several commands that start together, one uses
 * it for all. A lock older than the work may take is of a command that died, and so is one of a process that is not there.
 * @throws what the work throws; Failure 4 when another command keeps the lock
 */
export const whileLocked = async <T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  { calls = 1, pause = wait }: Locking = {},
): Promise<T> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `.${name}.lock`);
  const mine = `${hostname()} ${process.pid} ${randomUUID()}`;
  const staleMs = calls * CALL_TIMEOUT_MS + REST_MS;
  const finished = unfinishedFile(file, () => readFileSync(file, 'utf8') === mine);
  try {
    for (let waitedMs = 0; !(await isTaken(file, mine)); waitedMs += PAUSE_MS) {
      if (waitedMs > staleMs)
        throw new Failure(4, 'another hatcheck command is still at it', { next: 'try again in a moment' });
      await removeStale(file, staleMs);
      await pause(PAUSE_MS);
    }
    return await work();
  } finally {
    // Whoever was so slow that another took over has nothing to give back.
    if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
    finished();
  }
};

const isTaken = async (file: string, mine: string): Promise<boolean> => {
  const lock = await open(file, 'wx', 0o600).catch((error: unknown) => {
    if (isErrno(error, 'EEXIST')) return undefined;
    throw error;
  });
  if (!lock) return false;
  try {
    await lock.writeFile(mine);
    return true;
  } catch (error) {
    // On a full disk there may be room for a name and for nothing in it.
    await rm(file, { force: true });
    throw error;
  } finally {
    await lock.close();
  }
};

const isStale = async (file: string, staleMs: number): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined);
  if (found === undefined) return false;
  return Date.now() - found.mtimeMs > staleMs || isOfTheDead(await readFile(file, 'utf8').catch(() => ''));
};

/** Of a process of this machine that is no more. */
const isOfTheDead = (content: string): boolean => {
  const [host, pid] = content.split(' ');
  if (host !== hostname() || !/^[1-9]\d{0,9}$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return isErrno(error, 'ESRCH');
  }
};

/** NB. of two who find it stale, the second may hold the first one's new lock in its hands: it gives that back. */
const removeStale = async (file: string, staleMs: number): Promise<void> => {
  if (!(await isStale(file, staleMs))) return;
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
    if (!(await isStale(aside, staleMs))) await link(aside, file);
  } catch {
    // Another was quicker.
  } finally {
    await rm(aside, { force: true });
  }
};
