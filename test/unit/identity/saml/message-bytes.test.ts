import { describe, expect, test } from '@jest/globals';
import { AssertionRefused } from '../../../../lib/identity/assertion-refused.ts';
import { scannedXml, xmlIn, xmlInBase64url } from '../../../../lib/identity/saml/message-bytes.ts';
import { readXml } from '../../../../lib/identity/saml/read-xml.ts';

const XML = '<a>é</a>';

const outcome = (read: () => string): string => {
  try {
    return read();
  } catch (error) {
    if (error instanceof AssertionRefused) return error.fault;
    throw error;
  }
};

const scanned = (text: string): string => outcome(() => scannedXml(Buffer.from(text)));

describe('the bytes of a message', () => {
  test.each([
    ['as they are in base64', () => xmlIn(Buffer.from(XML).toString('base64')), XML],
    ['in lines', () => xmlIn(Buffer.from(XML).toString('base64').replaceAll(/..../g, '$&\r\n')), XML],
    ['in lines of Unix', () => xmlIn(Buffer.from(XML).toString('base64').replaceAll(/..../g, '$&\n')), XML],
    ['in base64url', () => xmlInBase64url(Buffer.from('<b>~~~???</b>').toString('base64url')), '<b>~~~???</b>'],
  ])('are read %s', (_how, read, xml) => {
    expect(outcome(read)).toBe(xml);
  });

  test.each([
    ['base64 where base64url is wanted', () => xmlInBase64url(Buffer.from('<b>~~~???</b>').toString('base64'))],
    ['padding where none is wanted', () => xmlInBase64url(Buffer.from(XML).toString('base64'))],
    ['a carriage return by itself', () => xmlIn(`${Buffer.from(XML).toString('base64')}\r`)],
    ['a blank in front', () => xmlIn(` ${Buffer.from(XML).toString('base64')}`)],
    ['a line in base64url', () => xmlInBase64url(`${Buffer.from(XML).toString('base64url')}\n`)],
    ['nothing', () => xmlIn('')],
    ['nothing in base64url', () => xmlInBase64url('')],
  ])('are malformed with %s', (_what, read) => {
    expect(outcome(read)).toBe('malformed');
  });

  test('attack: bytes that are no UTF-8 do not turn into a name that somebody else has', () => {
    for (const bytes of [[0xc0, 0xaf], [0xff], [0xed, 0xa0, 0x80], [0xc3]]) {
      const message = Buffer.concat([Buffer.from('<a>'), Buffer.from(bytes), Buffer.from('</a>')]);
      expect(outcome(() => scannedXml(message))).toBe('malformed');
    }
  });

  test('are no more than 256 KiB, and in base64 half as many again', () => {
    const filled = (bytes: number): string => `<a>${'x'.repeat(bytes - 7)}</a>`;
    expect(scanned(filled(256 * 1024))).toBe(filled(256 * 1024));
    expect(scanned(filled(256 * 1024 + 1))).toBe('too_large');
    for (const read of [xmlIn, xmlInBase64url]) {
      expect(outcome(() => read('*'.repeat(384 * 1024)))).toBe('malformed');
      expect(outcome(() => read('*'.repeat(384 * 1024 + 1)))).toBe('too_large');
    }
  });
});

describe('an XML declaration', () => {
  test.each([
    '<?xml version="1.0"?>',
    "<?xml version='1.0'?>",
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<?xml version='1.0' encoding='utf-8' ?>",
    '<?xml version="1.0" standalone="yes"?>',
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\r\n',
    `<?xml version="1.0"?>${'\n'.repeat(8)}`,
  ])('may stand in front, and is read no further: %j', (declaration) => {
    expect(scanned(`${declaration}${XML}`)).toBe(XML);
  });

  test.each([
    [`<a><?xml version="1.0"?></a>`, 'forbidden_construct'],
    [`${XML}<?xml version="1.0"?>`, 'forbidden_construct'],
    [`<?xml version="1.0" encoding="UTF-16"?>${XML}`, 'forbidden_construct'],
    [`<?xml version="1.0' ?>${XML}`, 'forbidden_construct'],
    [`<?xml version="1x0"?>${XML}`, 'forbidden_construct'],
    [`<?xml version="1.0"  ?>${XML}`, 'forbidden_construct'],
    [`<?xml version="1.0" standalone="maybe"?>${XML}`, 'forbidden_construct'],
    [`<?xml version="1.0"?>${'\n'.repeat(9)}${XML}`, 'malformed'],
    [` <?xml version="1.0"?>${XML}`, 'malformed'],
  ])('is nowhere else and says nothing else: %j', (text, fault) => {
    expect(scanned(text)).toBe(fault);
  });
});

describe('a reference', () => {
  test.each([
    ['&amp;&lt;&gt;&quot;&apos;', `&<>"'`],
    ['&#233;', 'é'],
    ['&#xE9;&#xe9;', 'éé'],
    ['&#128512;&#x1F600;', '😀😀'],
    ['&#9;&#10;&#13;', '\t\n\r'],
    ['&#1114111;&#x10FFFF;&#x10ffff;', '\u{10ffff}\u{10ffff}\u{10ffff}'],
  ])('to what could stand there itself is taken: %s', (written, meant) => {
    const xml = `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${written}</saml:Issuer>`;
    expect(readXml(scanned(xml)).text).toBe(meant);
  });

  test.each([
    ...['&', '&;', '&x;', '&nbsp;', '&amp', '&#;', '&#x;', '&#abc;', '&#xG;', '&#233', '& amp;', '&AMP;', '&#X41;'],
    ...['&#0;', '&#x0;', '&#8;', '&#xD800;', '&#xFFFE;', '&#65279;', '&#1114112;', '&#x110000;', '&#00000065;'],
    ...['&#x0000041;', 'é&#0;é'],
  ])('to anything else is forbidden: %s', (written) => {
    expect(scanned(`<a>${written}</a>`)).toBe('forbidden_construct');
    expect(scanned(`<a b="${written}"/>`)).toBe('forbidden_construct');
  });
});

test.each([
  ['a byte that is no UTF-8', () => scannedXml(Buffer.from([0x3c, 0xff]))],
  ['a document that the parser does not take', () => readXml('<a')],
])('what was wrong with %s is there for the operator', (_what, read) => {
  expect(read).toThrow(expect.objectContaining({ fault: 'malformed', cause: expect.anything() }));
});
