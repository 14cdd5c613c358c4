import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isErrno } from './failure.ts';
import { parseJson } from './json.ts';
import { whileLocked } from './lock.ts';

/** Files of secrets: 0600 in a folder of 0700, each replaced as a whole, so that nobody reads half of one. */
export interface PrivateFiles {
  /** The file's JSON, undefined where there is none or it is none. */
  read(name: string): Promise<unknown>;
  write(name: string, value: unknown): Promise<void>;
  /** Every file whose name begins so. */
  remove(prefix: string): Promise<void>;
  /** Runs the work, of at most one call, while no other command does so under this name. */
  whileLocked<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** `HATCHECK_CONFIG_DIR`, else `hatcheck` in the user's configuration folder (XDG base directories). */
export const configFolder = (env: Readonly<Record<string, string | undefined>>): string => {
  const own = env['HATCHECK_CONFIG_DIR'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_CONFIG_HOME'];
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.config'), 'hatcheck');
};

/** A name for what is kept under `parts`: the parts themselves are not fit for one, and need not be seen. */
export const nameOf = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);

export const privateFiles = (folder: string): PrivateFiles => ({
  whileLocked: (name, work) => whileLocked(folder, name, work),
  read: async (name) => {
    const content = await readFile(join(folder, `${name}.json`), 'utf8').catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return '';
      throw error;
    });
    return parseJson(content);
  },
  write: async (name, value) => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const draft = join(folder, `.${name}.${randomUUID()}`);
    try {
      await writeFile(draft, JSON.stringify(value), { mode: 0o600, flag: 'wx' });
      await rename(draft, join(folder, `${name}.json`));
    } finally {
      await rm(draft, { force: true });
    }
  },
  remove: async (prefix) => {
    const names = await readdir(folder).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    });
    const ours = names.filter((name) => name.startsWith(prefix) && name.endsWith('.json'));
    await Promise.all(ours.map((name) => rm(join(folder, name), { force: true })));
  },
});
