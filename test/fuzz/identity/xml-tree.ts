/** An element as a fuzzer sees it; a text is a child like any other, written as it stands. */
export interface Tree {
  readonly name: string;
  /** As written, with the blank before it and the quotes. */
  readonly attributes: readonly string[];
  readonly children: readonly (Tree | string)[];
}

const TAG = /<(\/?)([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>([^<]*)/gy;

/** Of a good document, such as our own generator writes. */
export const treeOf = (xml: string): Tree => {
  const root: { children: (Tree | string)[] } = { children: [] };
  const open: { children: (Tree | string)[] }[] = [root];
  for (const [, slash, name = '', attributes = '', empty, after = ''] of xml.matchAll(TAG)) {
    if (slash) open.pop();
    else {
      const element = {
        name,
        attributes: attributes.match(/\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*')/g) ?? [],
        children: [],
      };
      open.at(-1)?.children.push(element);
      if (!empty) open.push(element);
    }
    if (after !== '') open.at(-1)?.children.push(after);
  }
  const [top] = root.children;
  if (typeof top !== 'object' || xmlOf(top).length < xml.length / 2) throw new TypeError('no document');
  return top;
};

export const xmlOf = (tree: Tree | string): string =>
  typeof tree === 'string'
    ? tree
    : `<${tree.name}${tree.attributes.join('')}>${tree.children.map(xmlOf).join('')}</${tree.name}>`;

/** Where an element is: which child, of which child, of the root. */
export type Path = readonly number[];

export const pathsIn = (tree: Tree): readonly Path[] => [
  [],
  ...tree.children.flatMap((child, index) =>
    typeof child === 'string' ? [] : pathsIn(child).map((path) => [index, ...path]),
  ),
];

export const at = (tree: Tree, [index, ...rest]: Path): Tree | undefined => {
  if (index === undefined) return tree;
  const child = tree.children[index];
  return typeof child === 'object' ? at(child, rest) : undefined;
};

/** The tree with what is there replaced by what `change` makes of it: nothing, one, or several. */
export const changedAt = (tree: Tree, path: Path, change: (found: Tree) => readonly (Tree | string)[]): Tree => {
  const [index, ...rest] = path;
  // The root stays one element.
  if (index === undefined) return { ...tree, children: change(tree) };
  return {
    ...tree,
    children: tree.children.flatMap((child, each) => {
      if (each !== index || typeof child === 'string') return [child];
      return rest.length === 0 ? change(child) : [changedAt(child, rest, change)];
    }),
  };
};
