import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure, isErrno } from './failure.ts';
import { unfinishedFile } from './interrupts.ts';
import { parseJson } from './json.ts';
import { type Locking, whileLocked } from './lock.ts';

/** Files of secrets: 0600 in a folder of 0700, each replaced as a whole, so that nobody reads half of one. */
export interface PrivateFiles {
  /** The file's JSON, undefined where there is none or it is none. */
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
  /** Every file whose name begins so. */
  remove(prefix: string): Promise<void>;
  /** Whether there is a file whose name begins so. */
  hasAny(prefix: string): Promise<boolean>;
  /** Runs the work while no other command does so under this name. */
  whileLocked<T>(name: string, work: () => Promise<T>, locking?: Locking): Promise<T>;
}

export const privateFiles = (folder: string): PrivateFiles => ({
  whileLocked: (name, work, locking) => whileLocked(folder, name, work, locking).catch(throwAsOurs(folder)),
  read: async (name) => {
    const content = await readFile(join(folder, `${name}.json`), 'utf8').catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return '';
      return throwAsOurs(folder)(error);
    });
    return parseJson(content);
  },
  write: (name, value) => replace(folder, name, JSON.stringify(value)).catch(throwAsOurs(folder)),
  remove: async (prefix) => {
    const ours = await namesIn(folder, prefix);
    await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
  },
  hasAny: async (prefix) => (await namesIn(folder, prefix)).length > 0,
});

const namesIn = async (folder: string, prefix: string): Promise<readonly string[]> => {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return [];
    return throwAsOurs(folder)(error);
  });
  return names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
};

/** As a whole or not at all, also when the command is interrupted in the midst. */
const replace = async (folder: string, name: string, content: string): Promise<void> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `.${name}.${randomUUID()}`);
  const finished = unfinishedFile(draft);
  try {
    await writeFile(draft, content, { mode: 0o600, flag: 'wx' });
    await rename(draft, join(folder, `${name}.json`));
  } finally {
    await rm(draft, { force: true });
    finished();
  }
};

/** What the operating system has against our own folder is no wrong usage. */
const throwAsOurs =
  (folder: string) =>
  (error: unknown): never => {
    if (!(error instanceof Error) || !('syscall' in error)) throw error;
    throw new Failure(7, `what must be kept in ${folder} cannot be: ${error.message}`, {
      ...{
        cause: error,
        next: 'make room or set its permissions right, or name another folder in HATCHECK_CONFIG_DIR',
      },
      ...('code' in error && { code: String(error.code) }),
    });
  };
