import { X509Certificate, constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';

const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';
const DSIG = 'http://www.w3.org/2000/09/xmldsig#';

/** An EncryptedAssertion for whoever has the key of this certificate: AES-256-GCM, its key by RSA-OAEP (XML Encryption 1.1, 5.2.4 and 5.5.2). */
export const encryptedAssertion = (assertion: string, certificate: string): string => {
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv);
  const content = Buffer.concat([iv, cipher.update(assertion), cipher.final(), cipher.getAuthTag()]);
  const { publicKey: key } = new X509Certificate(Buffer.from(certificate, 'base64'));
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, contentKey);
  return [
    `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xenc="${XENC}" xmlns:xenc11="${XENC11}" xmlns:ds="${DSIG}">`,
    `<xenc:EncryptedData Type="${XENC}Element"><xenc:EncryptionMethod Algorithm="${XENC11}aes256-gcm"/>`,
    `<ds:KeyInfo><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="${XENC11}rsa-oaep"><ds:DigestMethod Algorithm="${XENC}sha256"/>`,
    `<xenc11:MGF Algorithm="${XENC11}mgf1sha256"/></xenc:EncryptionMethod>${cipherData(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>`,
    `${cipherData(content)}</xenc:EncryptedData></saml:EncryptedAssertion>`,
  ].join('');
};

const cipherData = (bytes: Buffer): string =>
  `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`;
