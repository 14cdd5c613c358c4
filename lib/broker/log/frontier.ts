import { certain } from '../../domain/invariant.ts';
import { emptyRoot, hashBytes, nodeHash } from './merkle.ts';

/** All of a tree that its growth needs: the roots of its perfect subtrees, largest first, one for each binary one of its size. */
export interface Frontier {
  /** Leaves. */
  readonly size: number;
  readonly roots: readonly Buffer[];
}

/** A frontier as an event carries it. */
export interface CarriedFrontier {
  readonly size: number;
  /** base64url, largest first. */
  readonly frontier: readonly string[];
}

export const emptyFrontier: Frontier = Object.freeze({ size: 0, roots: Object.freeze([]) });

/** The frontier with one leaf more (`leafHash`). */
export const appendLeaf = ({ size, roots }: Frontier, leaf: Buffer): Frontier => {
  const grown = [...roots];
  let node = leaf;
  // Every one at the end of the size is a perfect subtree that the new leaf makes twice as large.
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    node = nodeHash(certain(grown.pop(), 'a frontier has a root for each binary one of its size'), node);
  }
  grown.push(node);
  return { size: size + 1, roots: grown };
};

/** The Merkle tree hash (RFC 9162, 2.1.1). */
export const rootOf = ({ roots }: Frontier): Buffer =>
  roots.length === 0 ? emptyRoot() : roots.reduceRight((right, left) => nodeHash(left, right));

export const carriedOf = ({ size, roots }: Frontier): CarriedFrontier => ({
  size,
  frontier: roots.map((root) => root.toString('base64url')),
});

/** @throws TypeError when it is none: the size is no count, or there is not one hash for each binary one of it. */
export const frontierOf = ({ size, frontier }: CarriedFrontier): Frontier => {
  if (!Number.isSafeInteger(size) || size < 0) throw new TypeError('the size of a log is a count');
  if (frontier.length !== onesOf(size)) throw new TypeError('a frontier has a root for each binary one of its size');
  return { size, roots: frontier.map(hashBytes) };
};

const onesOf = (size: number): number => size.toString(2).replaceAll('0', '').length;
