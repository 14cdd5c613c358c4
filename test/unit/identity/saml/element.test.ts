import { describe, expect, test } from '@jest/globals';
import { base64In, textOf } from '../../../../lib/identity/saml/element.ts';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';

const element = (text: string) =>
  readXml(`<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${text}</saml:Issuer>`);

describe('the text of an element', () => {
  test.each([
    ['name', 'name'],
    ['\n  name\n', 'name'],
    ['\n\t name \n ', 'name'],
    [' name ', ' name '],
    [' name\n', ' name'],
    ['\nname ', 'name '],
    ['\n a b \n', 'a b'],
    ['a\nb', 'a\nb'],
    [' \n ', ''],
    ['  ', '  '],
    ['', ''],
  ])('%j is read as %j: what a pretty-printer adds is none of it, and two names stay two', (written, read) => {
    expect(textOf(element(written))).toBe(read);
  });
});

describe('bytes in base64', () => {
  test.each(['AAEC', 'AA\nEC', ' A A\r\nE\tC ', 'AAECAw==', '/+/+'])('may be in lines: %j', (written) => {
    expect(base64In(element(written))?.toString('base64')).toBe(written.replaceAll(/\s/g, ''));
  });

  test.each(['', ' ', 'AAE', 'AAECA===', 'AAF_', 'AB==', 'AAEC!', 'AA\u00a0EC'])('are none in %j', (written) => {
    expect(base64In(element(written))).toBeUndefined();
  });

  test('are none without an element', () => {
    expect(base64In(undefined)).toBeUndefined();
  });
});
