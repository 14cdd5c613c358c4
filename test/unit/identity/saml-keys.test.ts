import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { IdentityProvider } from '../../../lib/identity/ports.ts';
import { spCertificates, spKey, spKeyIn } from '../../../lib/identity/saml-keys.ts';
import { provider as okta } from '../../attack/id-token/verifying.ts';
import { certifiedKey, pemOf } from '../../support/certificate.ts';
import { testSamlProvider } from '../../support/saml-provider.ts';

const [key, other, weak, curve] = [certifiedKey(), certifiedKey(), certifiedKey('rsa-1024'), certifiedKey('P-256')];
const pem = pemOf(key);
const [, privatePart = ''] = /^(.*KEY-----\n)-----BEGIN CERT/s.exec(pem) ?? [];

describe('a key of ours', () => {
  test('is a private key with its certificate, in either form of PEM', () => {
    expect(spKeyIn(pem).certificate).toBe(key.certificate);
    const pkcs1 = key.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    expect(spKeyIn(pem.replace(privatePart, pkcs1)).privateKey.equals(key.privateKey)).toBe(true);
  });

  const encrypted = key.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'a passphrase' })
    .toString();
  test.each([
    ['nothing', ''],
    ['a key without a certificate', privatePart],
    ['a certificate without a key', pem.slice(privatePart.length)],
    ['a key with somebody else’s certificate', pemOf({ ...key, certificate: other.certificate })],
    ['a key of 1024 bits', pemOf(weak)],
    ['a key on a curve', pemOf(curve)],
    ['a key that is none', pem.replace(/[A-Za-z0-9+/]{32}/, 'A'.repeat(32))],
    ['a certificate that is none', pemOf({ ...key, certificate: 'AAAA' })],
    ['a key under a passphrase', pem.replace(privatePart, encrypted)],
    [
      'an RSA-PSS key',
      pemOf({ ...key, privateKey: generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey }),
    ],
  ])('is not %s, and the error tells nothing of it', (_what, text) => {
    expect(() => spKeyIn(text)).toThrow(
      new TypeError('a SAML key must be an RSA private key and its certificate, both in PEM'),
    );
  });

  test('is fetched by its reference, where there is one', async () => {
    const asked: string[] = [];
    const parts = {
      resolveSecret: (reference: string) => Promise.resolve(pemOf(asked.push(reference) > 0 ? key : weak)),
    };
    await expect(spKey(parts, undefined)).resolves.toBeUndefined();
    await expect(spKey(parts, 'env:KEY')).resolves.toMatchObject({ certificate: key.certificate });
    expect(asked).toEqual(['env:KEY']);
  });
});

describe('our certificates', () => {
  const parts = { resolveSecret: (reference: string) => Promise.resolve(pemOf(reference === 'env:A' ? key : other)) };
  const provider = (changes: Parameters<typeof testSamlProvider>[2]) =>
    testSamlProvider('', () => new Date(), changes).provider;

  test('are those of all providers, each once', async () => {
    const providers = [
      provider({ signingKey: 'env:A', decryptionKey: 'env:B' }),
      provider({ id: 'second', signingKey: 'env:A' }),
    ];
    await expect(spCertificates(parts, providers)).resolves.toEqual({
      signing: [key.certificate],
      areAllSigned: true,
      encryption: [other.certificate],
    });
  });

  test('promise signed requests only where all are signed', async () => {
    const providers = [provider({ signingKey: 'env:A' }), provider({ id: 'second' })];
    await expect(spCertificates(parts, providers)).resolves.toMatchObject({ areAllSigned: false });
    const oidc: IdentityProvider = okta;
    const all = [oidc, provider({ signingKey: 'env:A' })];
    await expect(spCertificates(parts, all)).resolves.toMatchObject({ areAllSigned: true });
    await expect(spCertificates(parts, [oidc])).resolves.toMatchObject({ areAllSigned: false });
    await expect(spCertificates(parts, [])).resolves.toMatchObject({ areAllSigned: false, signing: [] });
  });
});
