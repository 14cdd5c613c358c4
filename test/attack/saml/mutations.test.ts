import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { assertionXml, encode } from '../../support/saml-generator.ts';
import { ACCEPTED, believe, evil, outcomeOf, signed, verdict } from './believing.ts';

const documents = [signed('Assertion'), signed('Response')];

/** Where a piece begins and ends: tags, attribute values, texts. */
const piecesOf = (xml: string): readonly string[] => [
  ...new Set(
    [/<[^>]+>/g, /[\w:]+="[^"]*"/g, /(?<=>)[^<]+(?=<)/g, /<([\w:]+)[ >][^]*?<\/\1>/g].flatMap(
      (pattern) => xml.match(pattern) ?? [],
    ),
  ),
];

const materials = documents.map((xml) => ({ xml, pieces: piecesOf(xml) }));

const NOISE = [
  '<!---->',
  '<?x?>',
  '&#10;',
  ' ',
  '\u0000',
  'x',
  '<a/>',
  'xmlns:a="b"',
  '<saml:Issuer/>',
  '<ds:Object/>',
  ' ID="_a"',
  evil(assertionXml()),
];

/** Everything that the caller would go by. */
const GENUINE = believe(documents[0]!);

type Edit = readonly ['delete' | 'double' | 'swap' | 'before' | 'after' | 'within', number, number];

const edit = fc.tuple(fc.constantFrom('delete', 'double', 'swap', 'before', 'after', 'within'), fc.nat(), fc.nat());

const edited = (xml: string, pieces: readonly string[], [how, one, two]: Edit): string => {
  const piece = pieces[one % pieces.length] ?? '';
  const other = [...pieces, ...NOISE][two % (pieces.length + NOISE.length)] ?? '';
  const middle = Math.floor(piece.length / 2);
  const by = {
    delete: '',
    double: piece + piece,
    swap: other,
    before: other + piece,
    after: piece + other,
    within: piece.slice(0, middle) + other + piece.slice(middle),
  }[how];
  return xml.replace(piece, () => by);
};

test('an end tag that fits nothing is refused, though the parser would skip it', () => {
  const { xml } = materials[0]!;
  for (const end of ['</saml:Attribute>', '</saml:AttributeStatement>', '</saml:Assertion>', '</samlp:Response>'])
    for (const by of [end.replace('saml', 'samk'), end.replace('>', ''), end.toUpperCase(), ''])
      expect(verdict(xml.replace(end, by))).toBe('malformed');
});

describe('structured mutations of a good response', () => {
  test('are never believed to be of anybody else, and never end in another error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...materials),
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        ({ xml, pieces }, edits) => {
          const mutated = edits.reduce((text, each) => edited(text, pieces, each), xml);
          const outcome = outcomeOf(encode(mutated));
          // KeyInfo and the wrapper of a signed assertion are unsigned: there an edit may leave a good document, of the same person.
          if (outcome.startsWith('accepted')) expect([outcome, believe(mutated)]).toEqual([ACCEPTED, GENUINE]);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a change of one character in what is signed is never accepted', () => {
    const { xml } = materials[0]!;
    // Its namespace declaration repeats the response's and may go.
    const start = xml.indexOf(' ID="_a"');
    const keyInfo = xml.indexOf('<ds:KeyInfo');
    const afterKeyInfo = xml.indexOf('</ds:KeyInfo>');
    const end = xml.indexOf('</saml:Assertion>');
    fc.assert(
      fc.property(
        fc.integer({ min: start, max: end }),
        fc.constantFrom('A', 'z', '0', '<', '&', '"', '>', '/', '\n'),
        (at, by) => {
          fc.pre((at < keyInfo || at > afterKeyInfo) && xml[at] !== by);
          const outcome = verdict(xml.slice(0, at) + by + xml.slice(at + 1));
          // Some white space means nothing to XML: a line feed between attributes.
          if (by === '\n') fc.pre(/\S/.test(xml[at] ?? ''));
          expect(outcome).not.toMatch(/^accepted/);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('random bytes are refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(outcomeOf(Buffer.from(bytes).toString('base64'))).not.toMatch(/^accepted/);
      }),
      { numRuns: 200 },
    );
  });
});
