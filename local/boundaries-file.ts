import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type BoundaryNow, readBoundary } from '../lib/broker/boundary-text.ts';

/** What the local AWS's boundaries denied when it was last up: IAM forgets nothing when a laptop is switched off. */
export interface KeptBoundaries {
  /** By the boundary's ARN; undefined where nothing was written yet. */
  readonly of: (arn: string) => BoundaryNow | undefined;
  /** Kept when it returns. */
  readonly keep: (arn: string, text: string) => void;
}

const kept = z.record(z.string(), z.string());

/** Of this folder, which is there. @throws SyntaxError or ZodError when somebody else wrote the file */
export const openBoundaries = (folder: string): KeptBoundaries => {
  const file = join(folder, 'boundaries.json');
  const texts = new Map(existsSync(file) ? Object.entries(kept.parse(JSON.parse(readFileSync(file, 'utf8')))) : []);
  return {
    of: (arn) => {
      const text = texts.get(arn);
      return text === undefined ? undefined : readBoundary(text);
    },
    keep: (arn, text) => {
      texts.set(arn, text);
      writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(texts)), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
};
