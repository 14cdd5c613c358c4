import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { credentialsName, signInName } from '../../cli/config-folder.ts';
import { quickCredentials } from '../../cli/quick.ts';
import { newKey, seal } from '../../cli/sealing.ts';
import { credentialsUntil } from './signed-in.ts';

const SERVER = 'https://hatcheck.example.com';
const WORDS = ['credentials', 'prod-read', '--server', SERVER, '--format', 'process'];
const NOW = Date.now();

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-quick-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const put = (name: string, value: unknown): void => {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(value), { mode: 0o600 });
};
const kept = (ms = 3_600_000) => {
  const credentials = credentialsUntil(ms);
  put(signInName(SERVER), { handle: 'p_one', accessToken: 'x', expiresAt: new Date(NOW) });
  put(credentialsName(SERVER, 'prod-read', 'p_one'), { credentials, issuedAtMs: NOW });
  return credentials;
};
const quick = (words: readonly string[] = WORDS) =>
  quickCredentials(words, { HATCHECK_CONFIG_DIR: folder, HATCHECK_KEYRING: 'off' }, NOW);

describe('what is kept is answered at once', () => {
  test('to the words that hatcheck configure writes', async () => {
    const credentials = kept();
    expect(JSON.parse((await quick()) ?? '')).toEqual(credentials);
  });

  test.each([
    ['when it is due', () => kept(30_000), WORDS],
    [
      'of somebody who is signed in no more',
      () => {
        kept();
        rmSync(join(folder, `${signInName(SERVER)}.json`));
      },
      WORDS,
    ],
    [
      'of another person',
      () => {
        kept();
        put(signInName(SERVER), { handle: 'p_two' });
      },
      WORDS,
    ],
    ['for another entitlement', kept, WORDS.with(1, 'prod-admin')],
    ['for another server', kept, WORDS.with(3, 'https://other.example.com')],
    ['in another format', kept, WORDS.with(5, 'env')],
    ['with other options', kept, [...WORDS, '--json']],
    ['for other commands', kept, WORDS.with(0, 'exec')],
    ['of an option', kept, ['credentials', '--help', ...WORDS.slice(2)]],
    [
      'that is damaged',
      () => {
        kept();
        put(credentialsName(SERVER, 'prod-read', 'p_one'), { credentials: 1 });
      },
      WORDS,
    ],
    [
      'that is sealed where there is no keyring',
      () => {
        put(signInName(SERVER), seal(newKey(), signInName(SERVER), { handle: 'p_one' }));
      },
      WORDS,
    ],
  ] as const)('but nothing %s, which is left to the command', async (_what, arrange, words) => {
    arrange();
    await expect(quick(words)).resolves.toBeUndefined();
  });
});
