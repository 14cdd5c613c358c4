import { describe, expect, test } from '@jest/globals';
import { acsUrl, samlMetadata, spEntityId, tokenUrl, xmlText } from '../../../lib/identity/saml-metadata.ts';

const ORIGIN = 'https://hatcheck.example.com';

describe('our metadata', () => {
  test('says who we are, where responses go, and that assertions must be signed', () => {
    expect(samlMetadata(ORIGIN, { signing: [], areAllSigned: false, encryption: [] })).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>' +
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://hatcheck.example.com/saml/metadata">' +
        '<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">' +
        '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://hatcheck.example.com/saml/acs" index="0" isDefault="true"/>' +
        '</md:SPSSODescriptor></md:EntityDescriptor>\n',
    );
  });

  test('names each certificate with its use, and for encryption what we decrypt, the best first', () => {
    const metadata = samlMetadata(ORIGIN, { signing: ['AAAA', 'BBBB'], areAllSigned: true, encryption: ['CCCC'] });
    const descriptor = (use: string, certificate: string, methods: readonly string[]): string =>
      `<md:KeyDescriptor use="${use}"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>${methods
        .map((method) => `<md:EncryptionMethod Algorithm="${method}"/>`)
        .join('')}</md:KeyDescriptor>`;
    expect(metadata).toContain(
      descriptor('signing', 'AAAA', []) +
        descriptor('signing', 'BBBB', []) +
        descriptor('encryption', 'CCCC', [
          'http://www.w3.org/2009/xmlenc11#aes256-gcm',
          'http://www.w3.org/2009/xmlenc11#aes128-gcm',
          'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
          'http://www.w3.org/2009/xmlenc11#rsa-oaep',
        ]) +
        '<md:AssertionConsumerService',
    );
    expect(metadata).toContain(' AuthnRequestsSigned="true" ');
  });

  test('attack: an origin with markup stays text', () => {
    const metadata = samlMetadata('https://h.example.com/"><md:x a=\'&', {
      ...{ signing: [], areAllSigned: false, encryption: [] },
    });
    const origin = 'https://h.example.com/&quot;&gt;&lt;md:x a=&apos;&amp;';
    expect(metadata).toContain(` entityID="${origin}/saml/metadata">`);
    expect(metadata).toContain(` Location="${origin}/saml/acs" `);
  });
});

test('who we are, where responses go and where assertions are exchanged are three addresses of ours', () => {
  expect([spEntityId(ORIGIN), acsUrl(ORIGIN), tokenUrl(ORIGIN)]).toEqual([
    'https://hatcheck.example.com/saml/metadata',
    'https://hatcheck.example.com/saml/acs',
    'https://hatcheck.example.com/oauth/token',
  ]);
});

test('text stays what it is but for the five characters of markup', () => {
  expect(xmlText(`aä <>&"' <`)).toBe('aä &lt;&gt;&amp;&quot;&apos; &lt;');
});
