import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spKeyIn } from '../../lib/identity/saml-keys.ts';
import { type LocalState, openState, samlKeyOf, secretsOf } from '../../local/state.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-state-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = () => join(folder, 'state.json');

test('the laptop’s secrets are made once, for their owner alone, and are others in another folder', async () => {
  const state = await openState(folder);
  await expect(openState(folder)).resolves.toEqual(state);
  expect((await stat(file())).mode & 0o777).toBe(0o600);
  const fresh = await openState(folder, { fresh: true });
  for (const name of Object.keys(state) as (keyof LocalState)[]) expect(fresh[name]).not.toEqual(state[name]);
});

test('a folder of an older version keeps what it has and gets what it lacks', async () => {
  const { samlKey, samlSigningKey, samlDecryptionKey, ...older } = await openState(folder);
  await writeFile(file(), JSON.stringify(older));
  const newer = await openState(folder);
  expect(newer).toMatchObject(older);
  expect([newer.samlKey, newer.samlSigningKey, newer.samlDecryptionKey]).not.toEqual([
    ...[samlKey, samlSigningKey, samlDecryptionKey],
  ]);
  expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual(newer);
});

test('the SAML keys are as access.yml’s references expect them', async () => {
  const state = await openState(folder);
  const secrets = secretsOf(state);
  for (const [name, stored] of [
    ['LOCAL_SAML_SIGNING_KEY', state.samlSigningKey],
    ['LOCAL_SAML_DECRYPTION_KEY', state.samlDecryptionKey],
  ] as const) {
    const { certificate, privateKey } = spKeyIn(secrets[name] ?? '');
    expect(certificate).toBe(stored.certificate);
    expect(createPublicKey(privateKey).equals(createPublicKey(samlKeyOf(stored).privateKey))).toBe(true);
  }
});
