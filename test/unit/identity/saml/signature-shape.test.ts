import { describe, expect, test } from '@jest/globals';
import { ALLOWED } from '../../../../lib/identity/saml/algorithms.ts';
import { childNamed } from '../../../../lib/identity/saml/element.ts';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';
import { readSignature } from '../../../../lib/identity/saml/signature-shape.ts';
import { replaced, signed } from '../../../attack/saml/believing.ts';
import { EXC_C14N } from '../../../support/saml-generator.ts';
import { codeOf } from '../memory.ts';

const EC = `xmlns:ec="${EXC_C14N}"`;
const genuine = signed('Assertion');

const read = (xml: string) => {
  const assertion = childNamed(readXml(xml), 'saml:Assertion')!;
  return readSignature(childNamed(assertion, 'ds:Signature')!, assertion, ALLOWED);
};

/** The prefixes for SignedInfo, and for the element that is signed. */
const prefixesIn = (list: string): readonly unknown[] => {
  const named = (element: string): string =>
    `<ds:${element} Algorithm="${EXC_C14N}"><ec:InclusiveNamespaces ${EC} PrefixList="${list}"/></ds:${element}>`;
  const both = ['CanonicalizationMethod', 'Transform'].reduce(
    (xml, element) => replaced(xml, `<ds:${element} Algorithm="${EXC_C14N}"/>`, named(element)),
    genuine,
  );
  const { infoPrefixes, prefixes } = read(both);
  return [infoPrefixes, prefixes];
};

describe('the prefixes that a signature names', () => {
  test.each<[string, readonly string[]]>([
    ['', []],
    ['xs', ['xs']],
    ['xs saml', ['xs', 'saml']],
    ['#default xs', ['#default', 'xs']],
    [`x ${'a'.repeat(32)}`, ['x', 'a'.repeat(32)]],
    [Array.from({ length: 16 }, (_, index) => `p${index}`).join(' '), Array.from({ length: 16 }, (_, n) => `p${n}`)],
  ])('are those of %j', (list, prefixes) => {
    expect(prefixesIn(list)).toEqual([prefixes, prefixes]);
  });

  test.each([
    'xs  saml',
    'xs ',
    '1x',
    '#other',
    'a:b',
    'a'.repeat(33),
    `x ${'a'.repeat(33)}`,
    'x,y',
    'p '.repeat(16) + 'p',
  ])('are none in %j', async (list) => {
    await expect(codeOf(Promise.resolve().then(() => prefixesIn(list)))).resolves.toBe('signature_shape');
  });

  test('are none where none are named', () => {
    expect(read(genuine)).toMatchObject({ infoPrefixes: [], prefixes: [] });
  });
});
