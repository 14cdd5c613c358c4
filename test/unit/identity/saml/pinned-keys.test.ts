import { expect, test } from '@jest/globals';
import { X509Certificate } from 'node:crypto';
import { readSamlMetadata } from '../../../../lib/config/saml-provider-metadata.ts';
import { pinnedKeys } from '../../../../lib/identity/saml/pinned-keys.ts';
import { idpMetadata } from '../../../../local/idp/saml-metadata.ts';
import { certifiedKey, pemOf } from '../../../support/certificate.ts';

const kindsOf = (certificates: readonly string[]) =>
  pinnedKeys(certificates).map(({ asymmetricKeyType }) => asymmetricKeyType);

test('a certificate may be given as metadata has it, or in PEM', () => {
  const key = certifiedKey();
  const pem = pemOf(key).replace(/[^]*(?=-----BEGIN CERTIFICATE)/, '');
  expect(kindsOf([key.certificate, pem, certifiedKey('P-384').certificate])).toEqual(['rsa', 'rsa', 'ec']);
});

test('a weak key, and none at all, are faults of the configuration', () => {
  for (const certificates of [[certifiedKey('rsa-1024').certificate], [], ['AAAA']])
    expect(() => pinnedKeys(certificates)).toThrow(TypeError);
});

/** The certificate with another public exponent in place of 65537: nobody looks at what signed it. */
const withExponent = (hex: string): string => {
  const bytes = Buffer.from(certifiedKey().certificate, 'base64').toString('hex');
  const changed = Buffer.from(bytes.replace('0203010001', `0203${hex}`), 'hex').toString('base64');
  expect(new X509Certificate(Buffer.from(changed, 'base64')).publicKey.asymmetricKeyDetails?.publicExponent).toBe(
    BigInt(`0x${hex}`),
  );
  return changed;
};

test.each<[string, 'taken' | 'refused', () => string]>([
  ['on a curve that no algorithm of ours uses', 'refused', () => certifiedKey('secp256k1').certificate],
  ['with an even exponent', 'refused', () => withExponent('010000')],
  ['with an exponent of one', 'refused', () => withExponent('000001')],
  ['of 1024 bits', 'refused', () => certifiedKey('rsa-1024').certificate],
  ['that is none', 'refused', () => 'AAAA'],
  ['with another exponent that is odd', 'taken', () => withExponent('010003')],
  ['of P-521', 'taken', () => certifiedKey('P-521').certificate],
])('a key %s is %s with the metadata as with a response', (_what, outcome, made) => {
  const certificate = made();
  const entity = idpMetadata('https://idp.example.com', 'https://idp.example.com/sso', [{ certificate }]);
  expect(readSamlMetadata(entity)).toMatchObject(
    outcome === 'taken' ? { certificates: [certificate] } : { code: 'weak_certificate' },
  );
  const pinned = (): unknown => pinnedKeys([certificate]);
  if (outcome === 'taken') expect(pinned).not.toThrow();
  else expect(pinned).toThrow(TypeError);
});
