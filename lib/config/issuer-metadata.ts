import { type KeyObject, createPublicKey, generateKeyPairSync, randomInt } from 'node:crypto';
import { entityIdOf } from '../domain/role-session.ts';
import { certificateOf } from './x509.ts';

/** RFC 5280 wants the subject's name to be no longer. */
const MAX_NAME = 64;

/**
 * A certificate of a public key of KMS, base64 DER. Signed by a key that is made for it and forgotten: only one function's role may sign
 * with ours, and of a certificate in metadata AWS believes the key, since it came by its administrator.
 */
export const certificateOfKmsKey = (publicKey: KeyObject, subject: string, now: Date): string =>
  certificateOf({
    publicKey,
    subject: subject.slice(0, MAX_NAME),
    issuer: 'Hatcheck, by a key that was made for this certificate and forgotten',
    signer: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    notBefore: now,
    serial: randomInt(1, 2 ** 47),
  });

/**
 * What an account makes its SAML provider from (SAML 2.0 metadata, 2.4.3). Its place for requests is asked for by the schema; nobody sends
 * us any.
 * @param issuer as our tokens say it
 * @param certificates base64 DER; the key that signs, and the one that will
 */
export const issuerMetadata = (issuer: string, certificates: readonly string[]): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entityIdOf(issuer)}">`,
    '<md:IDPSSODescriptor WantAuthnRequestsSigned="false" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    ...certificates.map(
      (certificate) =>
        '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>' +
        `<ds:X509Certificate>${certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    ),
    '<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>',
    `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${issuer}/"/>`,
    '</md:IDPSSODescriptor></md:EntityDescriptor>\n',
  ].join('');

/** RSA of at least 2048 bits, as `aws kms get-public-key --output text` gives it (base64), or in PEM; undefined for anything else. */
export const readPublicKey = (text: string): KeyObject | undefined => {
  const trimmed = text.trim();
  try {
    const key = trimmed.startsWith('-----BEGIN PUBLIC KEY-----')
      ? createPublicKey(trimmed)
      : createPublicKey({ key: Buffer.from(trimmed, 'base64'), format: 'der', type: 'spki' });
    const { asymmetricKeyType, asymmetricKeyDetails } = key;
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048 ? key : undefined;
  } catch {
    return undefined;
  }
};
