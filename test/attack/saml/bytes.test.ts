import { describe, expect, test } from '@jest/globals';
import { REQUEST, encode } from '../../support/saml-generator.ts';
import { ACCEPTED, outcomeOf, pieceOf, replaced, signed, verdict } from './believing.ts';
import { constructs } from './constructs.ts';

const genuine = signed('Assertion');

const elements = (length: number, one: (n: number) => string): string =>
  replaced(genuine, '<samlp:Status>', `<samlp:Status>${Array.from({ length }, (_, n) => one(n)).join('')}`);

describe('the posted value', () => {
  const base64 = encode(`${genuine}${' '.repeat((3 - (genuine.length % 3)) % 3)}`);

  test('control: accepted, also in lines', () => {
    expect(outcomeOf(base64)).toBe(ACCEPTED);
    expect(outcomeOf(base64.replace(/.{76}/g, '$&\r\n'))).toBe(ACCEPTED);
  });

  test.each([
    ['empty', ''],
    ['with a blank', ` ${base64}`],
    ['of the alphabet for URLs', base64.replace(/[+/]/, '-').concat('-')],
    ['with padding too much', `${base64}====`],
    ['with unused bits', `${base64}AB==`],
    ['cut', base64.slice(0, -1)],
    ['not XML', encode('{"a":1}')],
    ['compressed', Buffer.from([0x1f, 0x8b, 8, 0]).toString('base64')],
    ['with invalid UTF-8', Buffer.concat([Buffer.from(genuine), Buffer.from([0xc0, 0xaf])]).toString('base64')],
    ['with a byte order mark', encode(`\ufeff${genuine}`)],
    ['cut within the XML', encode(genuine.slice(0, -5))],
    ['with an element that is not closed', encode(genuine.replace('</samlp:Response>', ''))],
    ['with a text after the document', encode(`${genuine}x`)],
    ['with a document after the document', encode(`${genuine}<x/>`)],
  ])('%s is malformed', (_name, value) => {
    expect(outcomeOf(value)).toBe('malformed');
  });

  test.each([
    ['of 256 KiB and one byte', encode(`<a>${'x'.repeat(256 * 1024 - 6)}</a>`)],
    ['too long to look at', 'A'.repeat(1_000_000)],
    ['of 5,000 elements', encode(`<a>${'<b/>'.repeat(5000)}</a>`)],
    ['with 40 attributes on an element', encode(`<a ${Array.from({ length: 40 }, (_, n) => `a${n}="1"`).join(' ')}/>`)],
  ])('%s is too large', (_name, value) => {
    expect(outcomeOf(value)).toBe('too_large');
  });

  test('that is 2,000 elements deep is refused for its structure, not for the stack', () => {
    const deep = `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${'<samlp:Status>'.repeat(2000)}${'</samlp:Status>'.repeat(2000)}</samlp:Response>`;
    expect(verdict(deep)).toBe('structure');
  });
});

describe('constructs that two parsers could read differently', () => {
  test('control: accepted, also with an XML declaration', () => {
    expect(verdict(genuine)).toBe(ACCEPTED);
    expect(verdict(`<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n${genuine}`)).toBe(ACCEPTED);
  });

  test.each(Object.entries(constructs))('%s', (_name, [piece, by]) => {
    expect(verdict(replaced(genuine, piece, by))).toBe('forbidden_construct');
  });

  test('CVE-2025-25291: a DOCTYPE that hides one of two documents', () => {
    const hidden = `<!DOCTYPE response SYSTEM 'x"><!--'>${genuine}<![CDATA[-->${genuine}<!--]]>-->`;
    expect(verdict(hidden)).toBe('forbidden_construct');
    expect(verdict(`<?xml version="1.0"?>${hidden}`)).toBe('forbidden_construct');
  });

  test('UTF-16 is full of NULs', () => {
    expect(outcomeOf(Buffer.from(genuine, 'utf16le').toString('base64'))).toBe('forbidden_construct');
  });

  test('an undeclared prefix', () => {
    expect(verdict(replaced(genuine, '<saml:Subject>', '<x:Subject>'))).toBe('malformed');
  });

  test('text between elements is refused', () => {
    expect(verdict(replaced(genuine, '<saml:Subject>', 'x<saml:Subject>'))).toBe('structure');
  });
});

describe('what canonicalisation must not change', () => {
  test('the attributes of an empty element count', () => {
    expect(verdict(replaced(genuine, ` InResponseTo="${REQUEST}"/>`, '/>'))).toBe('signature');
  });

  test('a carriage return in a signed value stays one, and is refused in a name', () => {
    const attribute =
      '<saml:AttributeStatement><saml:Attribute Name="x"><saml:AttributeValue>a&#13;b</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>';
    expect(verdict(signed('Assertion', { attributeStatements: attribute }))).toBe(ACCEPTED);
    expect(verdict(signed('Assertion', { nameId: '<saml:NameID>a&#xD;b</saml:NameID>' }))).toBe('subject');
  });
});

describe('denial of service: what takes time with the square of its length elsewhere', () => {
  const issuer = pieceOf(genuine, 'saml:Issuer');
  const named = (name: string) =>
    replaced(
      genuine,
      issuer,
      issuer.replace(/>.*</, () => `>${name}<`),
    );

  test.each([
    ['blanks within a name', named(`a${' '.repeat(200_000)}b`), 'issuer'],
    ['blanks and line breaks within a name', named(`a${' \n'.repeat(100_000)}b`), 'issuer'],
    ['blanks within a tag', replaced(genuine, '<samlp:Status>', `<samlp:Status${' '.repeat(200_000)}x>`), 'malformed'],
    ['thousands of names that nobody knows', elements(3900, (n) => `<x${n}/>`), 'forbidden_construct'],
    ['thousands of elements that are closed together', elements(1950, (n) => `<x${n}></x${n}>`), 'forbidden_construct'],
    ['thousands of references', named('&amp;'.repeat(40_000)), 'issuer'],
    ['equals signs in an attribute', replaced(genuine, ' ID="_r"', ` ID="${'= '.repeat(100_000)}"`), 'structure'],
  ])('%s', (_name, xml, fault) => {
    const began = performance.now();
    expect(verdict(xml)).toBe(fault);
    expect(performance.now() - began).toBeLessThan(8000);
  });
});
