import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { type Says, assertionXml, responseXml, signXml } from '../../support/saml-generator.ts';
import { ACCEPTED, attacker, evil, key, pieceOf, replaced, signed, verdict } from './believing.ts';
import { type Encryption, encrypted, ours } from './encrypting.ts';

const withKey = { decryptionKey: ours.privateKey };

/** The honest way: signed, then encrypted. */
const signedInside = (how: Encryption = {}, says: Says = {}): string =>
  responseXml({ assertion: encrypted(pieceOf(signed('Assertion', says), 'saml:Assertion'), how) });

describe('an encrypted assertion', () => {
  test.each([
    ['AES-128-GCM', { cipher: 'aes-128-gcm' }],
    ['AES-256-GCM', { cipher: 'aes-256-gcm' }],
    ['RSA-OAEP with SHA-256', { hash: 'sha256' }],
    ['its key beside it', { isBeside: true }],
  ] as const)('with %s and a signature inside is accepted', (_name, how) => {
    expect(verdict(signedInside(how), withKey)).toBe(ACCEPTED);
  });

  test('without a signature inside is accepted in a signed response', () => {
    const response = responseXml({ assertion: encrypted(assertionXml()) });
    expect(verdict(signXml(response, 'Response', key), withKey)).toBe(ACCEPTED);
    expect(verdict(signXml(signedInside(), 'Response', key), withKey)).toBe(ACCEPTED);
  });

  test('by anybody, with our public key, in an unsigned response', () => {
    expect(verdict(responseXml({ assertion: encrypted(evil(assertionXml())) }), withKey)).toBe('unsigned');
  });

  test('signed by the attacker inside or outside', () => {
    const own = pieceOf(signXml(responseXml(), 'Assertion', attacker), 'saml:Assertion');
    expect(verdict(responseXml({ assertion: encrypted(own) }), withKey)).toBe('signature');
    const plain = responseXml({ assertion: encrypted(assertionXml()) });
    expect(verdict(signXml(plain, 'Response', attacker), withKey)).toBe('signature');
  });

  test('put in place of the one in a signed response', () => {
    const genuine = encrypted(assertionXml());
    const xml = signXml(responseXml({ assertion: genuine }), 'Response', key);
    const forged = encrypted(evil(assertionXml()));
    const value = (text: string): string =>
      pieceOf(text.slice(text.lastIndexOf('<xenc:CipherData>')), 'xenc:CipherValue');
    expect(verdict(replaced(xml, value(genuine), value(forged)), withKey)).toBe('signature');
  });

  test('is checked like any other once it is plain', () => {
    expect(verdict(signedInside({}, { recipient: 'https://other.example.com' }), withKey)).toBe('recipient');
    const wrapped = pieceOf(signed('Assertion'), 'saml:Assertion').replace(
      '<saml:Subject>',
      '<saml:Advice/><saml:Subject>',
    );
    expect(verdict(responseXml({ assertion: encrypted(wrapped) }), withKey)).toBe('structure');
    expect(verdict(responseXml({ assertion: encrypted(`<!DOCTYPE r>${wrapped}`) }), withKey)).toBe(
      'forbidden_construct',
    );
    expect(verdict(responseXml({ assertion: encrypted('<saml:Assertion') }), withKey)).toBe('malformed');
  });
});

describe('one error, whatever went wrong', () => {
  const cases: readonly (readonly [string, Encryption])[] = [
    ['a flipped byte of the key', { flip: 'key' }],
    ['a flipped byte of the IV', { flip: 'iv' }],
    ['a flipped byte of the ciphertext', { flip: 'ciphertext' }],
    ['a flipped byte of the tag', { flip: 'tag' }],
    ['AES-CBC', { cipher: 'aes-256-cbc' }],
    ['AES-CBC with a flipped byte', { cipher: 'aes-256-cbc', flip: 'ciphertext' }],
    ['AES-CBC called AES-GCM', { cipher: 'aes-256-cbc', algorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm' }],
    ['a key of another length', { cipher: 'aes-128-gcm', algorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm' }],
    ['PKCS #1 v1.5', { isPkcs1: true }],
    ['PKCS #1 v1.5 with a flipped byte', { isPkcs1: true, flip: 'key' }],
    ["somebody else's key", { to: generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey }],
    ['a cipher named as a member of every object', { algorithm: 'constructor' }],
  ];
  test.each(cases)('%s', (_name, how) => {
    expect(verdict(signedInside(how), withKey)).toBe('decryption');
  });

  test('no key of ours, no key of theirs, and two', () => {
    const xml = signedInside({ isBeside: true });
    const theirs = pieceOf(xml, 'xenc:EncryptedKey');
    expect(verdict(xml)).toBe('decryption');
    expect(verdict(replaced(xml, theirs, ''), withKey)).toBe('decryption');
    expect(verdict(replaced(xml, theirs, theirs + theirs), withKey)).toBe('decryption');
  });

  test.each([0, 4, 8, 12, 13, 15])('a tag of %i bytes, with nothing before it', (tagBytes) => {
    expect(verdict(responseXml({ assertion: encrypted('', { tagBytes }) }), withKey)).toBe('decryption');
    expect(verdict(responseXml({ assertion: encrypted('') }), withKey)).toBe('malformed');
  });

  const sha1 = /<ds:DigestMethod Algorithm="[^"]*sha1"\/>/;
  test.each<[string, RegExp, string]>([
    ['a digest that we do not know', sha1, '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha512"/>'],
    ['PKCS #1 v1.5 that is OAEP', /#rsa-oaep-mgf1p/, '#rsa-1_5'],
  ])('%s is not taken for what goes without saying', (_what, piece, by) => {
    const xml = signedInside({ hash: 'sha1' });
    expect(xml).toMatch(piece);
    expect(verdict(xml.replace(piece, by), withKey)).toBe('decryption');
  });

  const edits: readonly (readonly [string, RegExp, string])[] = [
    ['an unknown mask', /mgf1sha256/, 'mgf1sha512'],
    ['a mask for the padding that has its own', /2009\/xmlenc11#rsa-oaep/, '2001/04/xmlenc#rsa-oaep-mgf1p'],
    ['no way to encrypt the key', / Algorithm="[^"]*#rsa-oaep"/, ''],
    ['no cipher value', /<xenc:CipherValue>[^<]*/, '<xenc:CipherValue>'],
  ];
  test.each(edits)('%s', (_name, piece, by) => {
    const xml = signedInside({ hash: 'sha256' });
    expect(verdict(xml, withKey)).toBe(ACCEPTED);
    expect(xml).toMatch(piece);
    expect(verdict(xml.replace(piece, by), withKey)).toBe('decryption');
  });

  test('control: a digest that goes without saying is SHA-1', () => {
    const xml = signedInside({ hash: 'sha1' });
    expect(verdict(xml.replace(/<ds:DigestMethod[^>]*xmldsig#sha1"\/>/, ''), withKey)).toBe(ACCEPTED);
  });
});
