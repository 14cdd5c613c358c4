import { X509Certificate, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readSamlMetadata } from '../../lib/config/saml-provider-metadata.ts';
import { hatcheck } from './run.ts';

const ISSUER = 'https://issuer.example.com';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-issuer-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
/** As `aws kms get-public-key --query PublicKey --output text` prints it. */
const asKms = (key: ReturnType<typeof newKey>): string =>
  `${key.export({ type: 'spki', format: 'der' }).toString('base64')}\n`;

test('metadata has the keys that it was given, in their order, and says whose they are', async () => {
  const keys = [newKey(), newKey()];
  const files = keys.map((key, at) => {
    const file = join(folder, `key-${at}`);
    writeFileSync(file, asKms(key));
    return file;
  });
  const { code, stdout } = await hatcheck(['issuer', 'metadata', '--issuer', ISSUER, ...files], {});
  expect(code).toBe(0);
  const read = readSamlMetadata(stdout);
  if ('code' in read) throw new Error(read.code);
  expect(read.entityId).toBe(`${ISSUER}/saml`);
  const inIt = read.certificates.map((each) => new X509Certificate(Buffer.from(each, 'base64')).publicKey);
  expect(inIt.map((key, at) => key.equals(keys[at] ?? newKey()))).toEqual([true, true]);
});

test('a key may come by a pipe, and in PEM', async () => {
  const key = newKey();
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  const { stdout } = await hatcheck(['issuer', 'metadata', '--issuer', ISSUER], {}, pem);
  const [, certificate = ''] = /X509Certificate>([^<]+)</.exec(stdout) ?? [];
  expect(new X509Certificate(Buffer.from(certificate, 'base64')).publicKey.equals(createPublicKey(pem))).toBe(true);
});

test.each([
  ['a key of an elliptic curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, ISSUER],
  ['a short key', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, ISSUER],
  ['an issuer with a path', newKey(), `${ISSUER}/path`],
  ['an issuer by http', newKey(), 'http://issuer.example.com'],
])('%s is wrong usage, and nothing is printed', async (_what, key, issuer) => {
  const { code, stdout } = await hatcheck(['issuer', 'metadata', '--issuer', issuer], {}, asKms(key));
  expect([code, stdout]).toEqual([2, '']);
});

test('what is no key is wrong usage', async () => {
  expect(await hatcheck(['issuer', 'metadata', '--issuer', ISSUER], {}, 'none')).toMatchObject({ code: 2, stdout: '' });
});
