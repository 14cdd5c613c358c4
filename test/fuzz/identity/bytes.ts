import fc from 'fast-check';

/** An edit of a text that knows nothing of what it means. */
type Edit =
  | { readonly kind: 'put' | 'replace'; readonly at: number; readonly text: string }
  | { readonly kind: 'cut' | 'repeat' | 'move'; readonly at: number; readonly length: number; readonly to: number };

const SCRAPS = [
  ...[
    '',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\0',
    '\ufeff',
    '.',
    '..',
    '=',
    '==',
    '-',
    '_',
    '+',
    '/',
    'A',
    'AA',
    '%00',
    '\ud800',
  ],
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    '<!--',
    '-->',
    '<?',
    '?>',
    '<![CDATA[',
    ']]>',
    '&#0;',
    '&lt;',
    '</',
    '/>',
    '{',
    '}',
    '[',
    ']',
    ':',
  ],
];

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('put', 'replace'),
    at: fc.nat(),
    text: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...SCRAPS) }, { weight: 1, arbitrary: fc.string() }),
  }),
  fc.record({
    kind: fc.constantFrom('cut', 'repeat', 'move'),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 64 }),
    to: fc.nat(),
  }),
);

const edited = (text: string, change: Edit): string => {
  const at = change.at % (text.length + 1);
  if ('text' in change) return text.slice(0, at) + change.text + text.slice(at + (change.kind === 'put' ? 0 : 1));
  const piece = text.slice(at, at + change.length);
  const rest = text.slice(0, at) + text.slice(at + change.length);
  if (change.kind === 'cut') return rest;
  const to = change.to % ((change.kind === 'move' ? rest : text).length + 1);
  const base = change.kind === 'move' ? rest : text;
  return base.slice(0, to) + piece + base.slice(to);
};

/** The text with one to four such edits. */
export const editedText = (text: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(text, fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([original, edits]) => edits.reduce(edited, original));
