import { createHash } from 'node:crypto';

const sha256 = (...parts: readonly Buffer[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

export const naiveLeaf = (data: Buffer): Buffer => sha256(Buffer.of(0), data);

export const naiveNode = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.of(1), left, right);

/** "The largest power of two smaller than n", by trying. */
export const splitOf = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** MTH of RFC 9162, 2.1.1, as it stands there; over leaf hashes. */
export const naiveRoot = (leaves: readonly Buffer[]): Buffer => {
  const [only] = leaves;
  if (!only) return sha256();
  if (leaves.length === 1) return only;
  const k = splitOf(leaves.length);
  return naiveNode(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
};

/** PATH of RFC 9162, 2.1.3.1. */
export const naivePath = (m: number, leaves: readonly Buffer[]): readonly Buffer[] => {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...naivePath(m, left), naiveRoot(right)] : [...naivePath(m - k, right), naiveRoot(left)];
};

/** SUBPROOF of RFC 9162, 2.1.4.1. */
export const naiveProof = (m: number, leaves: readonly Buffer[], whole = true): readonly Buffer[] => {
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = splitOf(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m <= k
    ? [...naiveProof(m, left, whole), naiveRoot(right)]
    : [...naiveProof(m - k, right, false), naiveRoot(left)];
};

/** Leaf hashes that differ from one another. */
export const someLeaves = (count: number): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) => naiveLeaf(sha256(Buffer.from(`event ${index}`))));

export const hexOf = (hashes: readonly Buffer[]): readonly string[] => hashes.map((hash) => hash.toString('hex'));
