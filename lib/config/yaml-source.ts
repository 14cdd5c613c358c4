import { LineCounter, type Node, type YAMLError, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { type AccessFault, type Path, printedPath } from './access-fault.ts';

/** A file of ours is a few hundred lines; whatever is far longer is not one. */
const MAX_CHARACTERS = 512 * 1024;

/** A parsed file that knows where each of its values stands. */
export interface YamlSource {
  readonly value: unknown;
  /** What YAML itself, or the part of it that we take, forbids. */
  readonly faults: readonly AccessFault[];
  /** The value at the path, undefined where there is none. */
  get(path: Path): unknown;
  /** A fault at the path's key, or at that of the nearest thing around it that exists. */
  fault(path: Path, code: string, message: string): AccessFault;
}

interface Reading {
  readonly offsets: Map<string, number>;
  readonly refused: { readonly path: Path; readonly offset: number; readonly code: string; readonly message: string }[];
}

/**
 * Reads the part of YAML 1.2 that says one thing only: no anchors, aliases, merge keys or tags, no key twice, no key that is not
 * text. A file that is no YAML has an undefined value.
 */
export const yamlSource = (file: string, text: string): YamlSource => {
  const lines = new LineCounter();
  const offsets = new Map<string, number>();
  const at = (offset: number, path: Path, code: string, message: string): AccessFault => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, path: printedPath(path), code, message };
  };
  const fault = (path: Path, code: string, message: string): AccessFault =>
    at(nearest(offsets, path), path, code, message);
  const nothing = (faults: readonly AccessFault[]): YamlSource => ({
    value: undefined,
    faults,
    get: () => undefined,
    fault,
  });

  if (text.length > MAX_CHARACTERS)
    return nothing([fault([], 'too_large', `has more than ${MAX_CHARACTERS} characters`)]);
  const document = parseDocument<Node>(text, {
    lineCounter: lines,
    merge: false,
    prettyErrors: false,
    stringKeys: true,
  });
  const broken = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  if (broken.length > 0)
    return nothing(broken.map(({ code, pos }) => at(pos[0], [], 'invalid_yaml', yamlMessage(code))));

  const reading: Reading = { offsets, refused: [] };
  const value = plain(document.contents, [], reading);
  return {
    value,
    faults: reading.refused.map(({ path, offset, code, message }) => at(offset, path, code, message)),
    get: (path) => path.reduce<unknown>(memberOf, value),
    fault,
  };
};

/** By code: the parser's own messages quote the text, and a secret may stand in it. */
const yamlMessage = (code: YAMLError['code']): string => {
  if (code === 'NON_STRING_KEY') return 'a key must be text: put it in quotes';
  if (code === 'MULTIPLE_DOCS') return 'there must be one document only, without ---';
  return `this is not YAML (${code.toLowerCase().replaceAll('_', ' ')})`;
};

const memberOf = (value: unknown, step: string | number): unknown =>
  typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, step)?.value : undefined;

const nearest = (offsets: ReadonlyMap<string, number>, path: Path): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const offset = offsets.get(JSON.stringify(path.slice(0, length)));
    if (offset !== undefined) return offset;
  }
  return 0;
};

const plain = (node: Node | null | undefined, path: Path, reading: Reading): unknown => {
  if (!node) return null;
  const refuse = (code: string, message: string): void => {
    reading.refused.push({ path, offset: node.range?.[0] ?? 0, code, message });
  };
  if (isAlias(node)) {
    refuse('alias', 'aliases are not taken: write it out');
    return undefined;
  }
  if (node.anchor !== undefined) refuse('anchor', 'anchors are not taken: write it out');
  if (node.tag !== undefined) refuse('tag', 'tags (!…) are not taken');
  if (isMap<Node, Node | null>(node)) return plainMap(node.items, path, reading);
  if (isSeq<Node>(node)) return node.items.map((item, index) => located(item, [...path, index], item, reading));
  return isScalar(node) ? node.value : undefined;
};

const plainMap = (
  pairs: readonly { readonly key: Node; readonly value: Node | null }[],
  path: Path,
  reading: Reading,
): unknown => {
  const members = new Map<string, unknown>();
  for (const { key, value } of pairs) {
    const name = isScalar(key) ? String(key.value) : '';
    const memberPath = [...path, name];
    const refuse = (code: string, message: string): void => {
      reading.refused.push({ path: memberPath, offset: key.range?.[0] ?? 0, code, message });
    };
    if (name === '<<') refuse('merge_key', 'merge keys are not taken: write it out');
    else if (name === '__proto__') refuse('invalid_name', 'is not a name');
    else if (members.has(name)) refuse('duplicate_key', 'is here twice');
    else members.set(name, located(value, memberPath, key, reading));
  }
  return Object.fromEntries(members);
};

const located = (value: Node | null, path: Path, place: Node, reading: Reading): unknown => {
  reading.offsets.set(JSON.stringify(path), place.range?.[0] ?? 0);
  return plain(value, path, reading);
};
