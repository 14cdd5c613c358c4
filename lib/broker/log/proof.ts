import { nodeHash } from './merkle.ts';

/** What a checkpoint says of the log. */
export interface TreeHead {
  /** Leaves. */
  readonly size: number;
  readonly root: Buffer;
}

/**
 * The root that the leaf leads to along the path (RFC 9162, 2.1.3.2); the leaf is in the log if that is the log's root.
 *
 * @param leaf `leafHash` of the event's hash
 * @param index of the leaf, from 0
 * @param size of the log that the path was made for
 * @throws TypeError when there is no such leaf in a log of that size, or the path has not the length that it has there
 */
export const rootFromInclusion = (leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer => {
  if (!isCount(index) || !isCount(size) || index >= size) throw new TypeError('the index of a leaf is below the size');
  let root = leaf;
  let at: Step = { node: index, last: size - 1 };
  for (const sibling of path) {
    if (at.last === 0) throw new TypeError('the path is too long');
    if (isRight(at)) {
      root = nodeHash(sibling, root);
      at = upToRight(at);
    } else {
      root = nodeHash(root, sibling);
    }
    at = up(at);
  }
  if (at.last !== 0) throw new TypeError('the path is too short');
  return root;
};

/**
 * Whether the path shows that the second log begins with all leaves of the first, in their order (RFC 9162, 2.1.4.2). Never throws.
 *
 * NB. every log begins with the empty one, and each with itself: then the path is empty.
 */
export const isConsistent = (first: TreeHead, second: TreeHead, path: readonly Buffer[]): boolean => {
  if (!isCount(first.size) || !isCount(second.size) || first.size > second.size) return false;
  if (first.size === second.size) return path.length === 0 && first.root.equals(second.root);
  if (first.size === 0) return path.length === 0;
  // A first log that is a perfect tree is its own node in the second: the path leaves it out.
  const [start, ...rest] = isPowerOfTwo(first.size) ? [first.root, ...path] : path;
  if (start === undefined) return false;
  let roots = { first: start, second: start };
  let at = upToLeft({ node: first.size - 1, last: second.size - 1 });
  for (const node of rest) {
    if (at.last === 0) return false;
    if (isRight(at)) {
      roots = { first: nodeHash(node, roots.first), second: nodeHash(node, roots.second) };
      at = upToRight(at);
    } else {
      roots = { ...roots, second: nodeHash(roots.second, node) };
    }
    at = up(at);
  }
  return at.last === 0 && roots.first.equals(first.root) && roots.second.equals(second.root);
};

/** `fn` and `sn` of RFC 9162: which node of its level one is at, and which is the last there. */
interface Step {
  readonly node: number;
  readonly last: number;
}

// NB. bitwise operators would take a size of more than 2^31 for another one.
const up = ({ node, last }: Step): Step => ({ node: Math.floor(node / 2), last: Math.floor(last / 2) });

const isOdd = ({ node }: Step): boolean => node % 2 === 1;

/** The sibling is to its left: it is a right child, or the last of its level, which has none to its right. */
const isRight = (at: Step): boolean => isOdd(at) || at.node === at.last;

/** Past the levels at which the last node has no sibling. */
const upToRight = (at: Step): Step => (isOdd(at) || at.node === 0 ? at : upToRight(up(at)));

/** Past the levels at which the node is a right child. */
const upToLeft = (at: Step): Step => (isOdd(at) ? upToLeft(up(at)) : at);

const isPowerOfTwo = (size: number): boolean => Number.isInteger(Math.log2(size)) && 2 ** Math.log2(size) === size;

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
