import { certain } from '../../domain/invariant.ts';
import type { BadPlace } from './bad-place.ts';
import type { Leaves } from './exported-checkpoint.ts';
import { type Frontier, appendLeaf, rootOf } from './frontier.ts';
import { leafHash } from './merkle.ts';
import { toldLine } from './verify-line.ts';
import type { Line } from './verify-line.ts';
import { tamperingOf } from './verify-order.ts';
import type { VerifiedCheckpoint } from './verify-signed.ts';

/** Hashes that make the root of a checkpoint: so they are what the log has. */
export interface ProvenLeaves {
  readonly leaves: Leaves;
  readonly frontier: Frontier;
  /** base64url, by size: those that were asked for. */
  readonly roots: ReadonlyMap<number, string>;
}

/** @returns undefined when these hashes, after what is there already, do not make the root */
export const provenBy = (
  before: Frontier,
  checkpoint: VerifiedCheckpoint,
  leaves: Leaves,
  sizes: readonly number[],
): ProvenLeaves | undefined => {
  if (before.size + leaves.length !== checkpoint.size) return undefined;
  const roots = new Map<number, string>();
  let frontier = before;
  for (let index = 0; index < leaves.length; index += 1) {
    const leaf = leafOf(certain(leaves.at(index), 'it is below their number'));
    if (!leaf) return undefined;
    frontier = appendLeaf(frontier, leaf);
    if (sizes.includes(frontier.size)) roots.set(frontier.size, rootOf(frontier).toString('base64url'));
  }
  return rootOf(frontier).toString('base64url') === checkpoint.root ? { leaves, frontier, roots } : undefined;
};

const leafOf = (hash: string): Buffer | undefined => {
  try {
    return leafHash(hash);
  } catch {
    // It is no hash.
    return undefined;
  }
};

/** What the lines' own texts have as hashes, for when those beside the checkpoint are not the log's. */
export const leavesOfLines = async (lines: AsyncIterable<Line>): Promise<Leaves> => {
  const hashes: string[] = [];
  for await (const { text } of lines) hashes.push(toldLine(text).hash ?? '');
  return leavesOf(hashes);
};

export const leavesOf = (hashes: readonly string[]): Leaves => ({
  length: hashes.length,
  at: (index) => hashes[index],
});

/** Of leaves beside a checkpoint that are not the log's: the first that is not, and what became of it; undefined where all are. */
export const badLeaf = (
  told: Leaves,
  proven: Leaves,
): (Pick<BadPlace, 'what' | 'sign'> & { readonly position: number }) | undefined => {
  const length = Math.max(told.length, proven.length);
  for (let position = 0; position < length; position += 1) {
    const [found, wanted] = [told.at(position), proven.at(position)];
    if (found === wanted) continue;
    const stands = (leaves: Leaves, hash: string | undefined): boolean => {
      for (let index = position + 1; hash !== undefined && index < leaves.length; index += 1)
        if (leaves.at(index) === hash) return true;
      return false;
    };
    const what = tamperingOf({
      ...{ isWanted: wanted !== undefined, isFound: found !== undefined },
      ...{
        wantedFollows: stands(told, wanted),
        foundBelongs: stands(proven, found),
        foundFollows: stands(told, found),
      },
    });
    return { what, sign: 'leaves', position };
  }
  return undefined;
};
