import { expect, test } from '@jest/globals';
import { MIN_RSA_BITS, pinnedKeys } from '../../../../lib/identity/saml/pinned-keys.ts';
import { certifiedKey, pemOf } from '../../../support/certificate.ts';

const kindsOf = (certificates: readonly string[]) =>
  pinnedKeys(certificates, MIN_RSA_BITS).map(({ asymmetricKeyType }) => asymmetricKeyType);

test('a certificate may be given as metadata has it, or in PEM', () => {
  const key = certifiedKey();
  const pem = pemOf(key).replace(/[^]*(?=-----BEGIN CERTIFICATE)/, '');
  expect(kindsOf([key.certificate, pem, certifiedKey('P-384').certificate])).toEqual(['rsa', 'rsa', 'ec']);
});

test('a weak key, and none at all, are faults of the configuration', () => {
  for (const certificates of [[certifiedKey('rsa-1024').certificate], [], ['AAAA']])
    expect(() => kindsOf(certificates)).toThrow();
});
