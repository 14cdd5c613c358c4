import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Failure, isErrno } from '../failure.ts';
import { unfinishedFile } from '../interrupts.ts';

const TRIES = 5;

/** NB. one byte is one character, whatever the encoding: what is not ours comes out as it went in. */
const BYTES = 'latin1';

/**
 * Replaces a file as a whole by what is made of it, with the mode and owner that it has; 0600 where there was none. A link stays one. Where somebody else
 * wrote to it meanwhile it is read again.
 * @returns whether it changed
 * @throws what `edit` throws, before anything is written; the file system's error; Failure 7 when others keep on writing
 */
export const editFile = async (path: string, edit: (text: string) => string): Promise<boolean> => {
  const file = await realpath(path).catch(() => path);
  for (let tries = 0; tries < TRIES; tries += 1) {
    const before = await contentOf(file);
    const after = edit(before ?? '');
    if (after === (before ?? '')) return false;
    if (await isReplaced(file, before, after)) return true;
  }
  throw new Failure(7, `${path} is being written by something else`, { next: 'try again in a moment' });
};

const contentOf = (file: string): Promise<string | undefined> =>
  readFile(file, BYTES).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });

const isReplaced = async (file: string, before: string | undefined, after: string): Promise<boolean> => {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = join(dirname(file), `.hatcheck-${randomUUID()}`);
  const finished = unfinishedFile(draft);
  try {
    await writeFile(draft, after, { encoding: BYTES, mode: 0o600, flag: 'wx' });
    await takeAfter(draft, file);
    if ((await contentOf(file)) !== before) return false;
    await rename(draft, file);
    return true;
  } finally {
    await rm(draft, { force: true });
    finished();
  }
};

const takeAfter = async (draft: string, file: string): Promise<void> => {
  const found = await stat(file).catch(() => undefined);
  if (!found) return;
  // Only root may give a file away; to whom it belongs already is then the same.
  if (process.getuid?.() === 0) await chown(draft, found.uid, found.gid);
  await chmod(draft, found.mode & 0o7777);
};
