import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Told } from './changes.ts';

/** By place: hash, fingerprint, number of changes. */
const schema = z.record(z.string(), z.tuple([z.string(), z.string(), z.number()]));

/** What was told when the file was last written; undefined where there is none. @throws ZodError for anything else. */
export const readTold = async (file: string): Promise<Map<string, Told> | undefined> => {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const entries = Object.entries(schema.parse(JSON.parse(text)));
  return new Map(entries.map(([key, [hash, fingerprint, changes]]) => [key, { hash, fingerprint, changes }]));
};

/** All of it or nothing, whenever the laptop is switched off. */
export const writeTold = async (file: string, told: ReadonlyMap<string, Told>): Promise<void> => {
  const rows = [...told].map(([key, { hash, fingerprint, changes }]) => [key, [hash, fingerprint, changes]]);
  await writeFile(`${file}.new`, JSON.stringify(Object.fromEntries(rows)), { mode: 0o600 });
  await rename(`${file}.new`, file);
};
