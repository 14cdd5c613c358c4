import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  appendLeaf,
  carriedOf,
  emptyFrontier,
  type Frontier,
  frontierOf,
  rootOf,
} from '../../../../lib/broker/log/frontier.ts';
import { emptyRoot, hashBytes, leafHash, nodeHash } from '../../../../lib/broker/log/merkle.ts';
import { naiveLeaf, naiveNode, naiveRoot, someLeaves } from './naive.ts';

/** The leaves and roots with which implementations of Certificate Transparency check their trees. */
const KNOWN: readonly (readonly [leaf: string, root: string])[] = [
  ['', '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
  ['00', 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  ['10', 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
  ['2021', 'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7'],
  ['3031', '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4'],
  ['40414243', '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef'],
  ['5051525354555657', 'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c'],
  ['606162636465666768696a6b6c6d6e6f', '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
];

const grown = (leaves: readonly Buffer[]): Frontier => leaves.reduce(appendLeaf, emptyFrontier);

describe('the hashes of the log', () => {
  const hash = createHash('sha256').update('{}').digest('base64url');

  test('are those of RFC 9162, over the 32 bytes of an event’s hash', () => {
    expect(leafHash(hash)).toEqual(naiveLeaf(Buffer.from(hash, 'base64url')));
    const [left, right] = [leafHash(hash), emptyRoot()];
    expect(nodeHash(left, right)).toEqual(naiveNode(left, right));
    expect(emptyRoot()).toEqual(naiveRoot([]));
  });

  test.each(['', hash.slice(1), `${hash}A`, `${hash.slice(0, -1)}B`, `+${hash.slice(1)}`, `${hash}=`])(
    'are of nothing else than a hash in its one form: %s',
    (text) => {
      expect(() => leafHash(text)).toThrow(TypeError);
      expect(() => hashBytes(text)).toThrow(TypeError);
    },
  );
});

describe('the frontier', () => {
  test('has the published roots for the published leaves', () => {
    let frontier = emptyFrontier;
    for (const [leaf, root] of KNOWN) {
      frontier = appendLeaf(frontier, naiveLeaf(Buffer.from(leaf, 'hex')));
      expect(rootOf(frontier).toString('hex')).toBe(root);
    }
  });

  test('has the root that RFC 9162 defines, at every size', () => {
    const leaves = someLeaves(300);
    let frontier = emptyFrontier;
    expect(rootOf(frontier)).toEqual(naiveRoot([]));
    for (const [index, leaf] of leaves.entries()) {
      frontier = appendLeaf(frontier, leaf);
      expect(frontier.size).toBe(index + 1);
      expect(rootOf(frontier)).toEqual(naiveRoot(leaves.slice(0, index + 1)));
    }
  });

  test('is the same after it was carried by an event, at every size', () => {
    let frontier = emptyFrontier;
    for (const leaf of someLeaves(130)) {
      expect(frontierOf(carriedOf(frontier))).toEqual(frontier);
      frontier = appendLeaf(frontier, leaf);
    }
  });

  test('that is carried wrongly is refused', () => {
    const { size, frontier } = carriedOf(grown(someLeaves(5)));
    const [large = '', small = ''] = frontier;
    const wrong = [
      { size: 4, frontier },
      { size: 7, frontier },
      { size: -1, frontier: [] },
      { size: 0.5, frontier: [] },
      { size: Number.NaN, frontier: [] },
      { size: 2 ** 53, frontier: [large] },
      { size, frontier: [large] },
      { size, frontier: [large, small, small] },
      { size, frontier: [large, ''] },
      { size, frontier: [large, `${small}=`] },
    ];
    for (const carried of wrong) expect(() => frontierOf(carried)).toThrow(TypeError);
  });

  test('of a log of more than 2^32 leaves grows rightly', () => {
    const [left, right, leaf] = someLeaves(3);
    if (!left || !right || !leaf) throw new TypeError('three leaves were made');
    const huge: Frontier = { size: 2 ** 40 + 1, roots: [left, right] };
    expect(appendLeaf(huge, leaf)).toEqual({ size: 2 ** 40 + 2, roots: [left, naiveNode(right, leaf)] });
  });
});
