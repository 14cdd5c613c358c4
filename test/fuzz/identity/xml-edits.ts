import fc from 'fast-check';
import { type Path, type Tree, at, changedAt, pathsIn, xmlOf } from './xml-tree.ts';

/** One change to a tree. Places are numbers that find one of however many there are. */
export type TreeEdit = (tree: Tree) => Tree;

const placeIn = (tree: Tree, place: number): Path => {
  const paths = pathsIn(tree);
  return paths[place % paths.length] ?? [];
};

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';

const NAMES = [
  ...[
    'saml:Assertion',
    'samlp:Response',
    'ds:Signature',
    'ds:Object',
    'samlp:Extensions',
    'saml:Advice',
    'saml:Issuer',
  ],
  ...[
    'saml:EncryptedAssertion',
    'saml:NameID',
    'saml:BaseID',
    'x',
    'saml:x',
    'x:Assertion',
    'Assertion',
    'ds:Transform',
  ],
];

const ATTRIBUTES = [
  ...[' ID="_a"', ' ID="_r"', ' Id="_a"', ' id="_a"', ' xml:id="_a"', ' AssertionID="_a"', ' URI="#_a"', ' URI=""'],
  ...[
    ' xmlns="x"',
    ` xmlns="${SAML}"`,
    ` xmlns:saml="${SAML}"`,
    ' xmlns:saml="x"',
    ' xmlns:x="relative"',
    ' xmlns:ds=""',
  ],
  ...[
    ' xmlns:xml="http://www.w3.org/XML/1998/namespace"',
    ' xsi:type="x"',
    ' samlp:ID="_a"',
    ' Version="1.1"',
    ' a = "1"',
  ],
  ...[
    ' NotOnOrAfter="2099-01-01T00:00:00Z"',
    ' Algorithm="none"',
    ` a="${'='.repeat(500)}"`,
    " b='\"'",
    ' c="&#10;&quot;"',
  ],
];

const TEXTS = [
  ...[
    '<!-- -->',
    '<?x y?>',
    '<![CDATA[x]]>',
    '<!DOCTYPE x>',
    '&x;',
    '&#0;',
    '&amp;',
    '&lt;b&gt;',
    '&#x1F600;',
    ']]>',
    '\0',
  ],
  ...[
    ' ',
    '\n',
    '\t\r\n  ',
    'x',
    'security@example.com',
    '\u2028',
    '\ufeff',
    'e\u0301',
    '\u202e',
    'ſecurity',
    'AAAA',
    '=',
  ],
];

const element = (name: string, children: Tree['children'], attributes: readonly string[] = []): Tree => ({
  ...{ name, children, attributes },
});

const place = fc.nat({ max: 10_000 });
const count = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 3 }) },
  { weight: 1, arbitrary: fc.nat({ max: 400 }) },
);

const editOf = <T extends unknown[]>(
  arbitraries: { [Index in keyof T]: fc.Arbitrary<T[Index]> },
  edit: (tree: Tree, ...values: T) => Tree,
): fc.Arbitrary<TreeEdit> => fc.tuple<T>(...arbitraries).map((values) => (tree) => edit(tree, ...values));

const wrap = editOf([place, fc.constantFrom(...NAMES), count], (tree, where, name, times) => {
  const around = (inner: Tree): Tree =>
    Array.from({ length: times }).reduce<Tree>((one) => element(name, [one]), inner);
  return changedAt(tree, placeIn(tree, where), (found) => [around(found)]);
});

const unwrap = editOf([place], (tree, where) => changedAt(tree, placeIn(tree, where), ({ children }) => children));

const drop = editOf([place], (tree, where) => changedAt(tree, placeIn(tree, where), () => []));

const repeat = editOf([place, count], (tree, where, times) =>
  changedAt(tree, placeIn(tree, where), (found) => Array.from({ length: times + 1 }, () => found)),
);

/** A copy, of its own or of a document that an attacker signed, put before, after, or into another place. */
const transplant = (material: readonly Tree[]): fc.Arbitrary<TreeEdit> =>
  editOf(
    [
      fc.constantFrom(undefined, ...material),
      place,
      place,
      fc.constantFrom('before', 'after', 'first', 'last', 'instead'),
    ],
    (tree, source, from, to, how) => {
      const donor = source ?? tree;
      const piece = at(donor, placeIn(donor, from)) ?? donor;
      return changedAt(tree, placeIn(tree, to), (found) => {
        if (how === 'before') return [piece, found];
        if (how === 'after') return [found, piece];
        if (how === 'instead') return [piece];
        return [{ ...found, children: how === 'first' ? [piece, ...found.children] : [...found.children, piece] }];
      });
    },
  );

const swap = editOf([place, place], (tree, one, other) => {
  const [from, to] = [placeIn(tree, one), placeIn(tree, other)];
  const [first, second] = [at(tree, from), at(tree, to)];
  if (!first || !second || xmlOf(first).includes(xmlOf(second)) || xmlOf(second).includes(xmlOf(first))) return tree;
  return changedAt(
    changedAt(tree, from, () => [second]),
    to,
    () => [first],
  );
});

const rename = editOf([place, fc.constantFrom(...NAMES)], (tree, where, name) =>
  changedAt(tree, placeIn(tree, where), (found) => [{ ...found, name }]),
);

const putAttribute = editOf([place, fc.constantFrom(...ATTRIBUTES), count], (tree, where, attribute, times) =>
  changedAt(tree, placeIn(tree, where), (found) => [
    {
      ...found,
      attributes: [
        ...found.attributes,
        ...Array.from({ length: times }, (_, n) => (n === 0 ? attribute : ` a${n}="1"`)),
      ],
    },
  ]),
);

const dropAttribute = editOf([place, place], (tree, where, which) =>
  changedAt(tree, placeIn(tree, where), (found) => [
    { ...found, attributes: found.attributes.filter((_, index) => index !== which % (found.attributes.length || 1)) },
  ]),
);

const putText = editOf(
  [place, place, fc.constantFrom(...TEXTS), fc.oneof(count, fc.constant(3000))],
  (tree, where, which, text, times) =>
    changedAt(tree, placeIn(tree, where), (found) => {
      const index = which % (found.children.length + 1);
      return [
        { ...found, children: [...found.children.slice(0, index), text.repeat(times), ...found.children.slice(index)] },
      ];
    }),
);

/** Any of them, most often those that move what is signed away from what is read. */
export const treeEdits = (material: readonly Tree[]): fc.Arbitrary<TreeEdit> =>
  fc.oneof(
    { weight: 4, arbitrary: transplant(material) },
    { weight: 2, arbitrary: fc.oneof(wrap, unwrap, swap, rename) },
    { weight: 2, arbitrary: fc.oneof(drop, repeat) },
    { weight: 3, arbitrary: fc.oneof(putAttribute, dropAttribute, putText) },
  );
