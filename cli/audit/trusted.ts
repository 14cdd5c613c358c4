import { type KeyObject, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import type { Noted } from '../../lib/broker/log/verify-export.ts';
import { Failure } from '../failure.ts';
import { parseJson } from '../json.ts';

const { CheckpointError, verifyCheckpoint } = await import('../../lib/broker/log/checkpoint.ts');

/** @throws Failure 2 for what is no public key on P-256 in PEM; the file system's error */
export const keysIn = (files: readonly string[]): Promise<readonly KeyObject[]> =>
  Promise.all(files.map(async (file) => publicKeyIn(await readFile(file, 'utf8'), file)));

/** @param from whose it is said to be. @throws Failure 2 for what is no public key on P-256 in PEM */
export const publicKeyIn = (pem: string, from: string): KeyObject => {
  const key = publicKeyOf(pem);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Failure(2, `${from} is no public key of a checkpoint: PEM, on the curve P-256`);
  return key;
};

const publicKeyOf = (pem: string): KeyObject | undefined => {
  try {
    return createPublicKey(pem);
  } catch {
    return undefined;
  }
};

const signedSchema = z.object({ checkpoint: z.string(), signature: z.string(), kid: z.string() });

/**
 * What the reader noted of earlier checkpoints: `size:root`, or the file of a checkpoint, which counts only if one of the keys signed it.
 * @throws Failure 2 when it is neither; the file system's error
 */
export const notedIn = (noted: readonly string[], keys: readonly KeyObject[]): Promise<readonly Noted[]> =>
  Promise.all(
    noted.map(async (each) => {
      const [, size, root] = /^(\d{1,15}):([A-Za-z0-9_-]{43})$/.exec(each) ?? [];
      if (size !== undefined && root !== undefined) return { size: Number(size), root };
      const { success, data } = signedSchema.safeParse(parseJson(await readFile(each, 'utf8')));
      if (!success) throw new Failure(2, `${each} is no checkpoint`);
      return verified(each, () => verifyCheckpoint(data, keys));
    }),
  );

const verified = (file: string, verify: () => Noted): Noted => {
  try {
    const { size, root } = verify();
    return { size, root };
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new Failure(2, `${file} is no checkpoint that one of these keys signed`, { cause });
  }
};
