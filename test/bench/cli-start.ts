import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentialsName, signInName } from '../../cli/config-folder.ts';
import { buildCli } from '../../scripts/build-cli.ts';
import { quantile } from './compare.ts';
import type { Measured } from './issue-path.ts';

const SERVER = 'https://hatcheck.example.com';
const PROFILE = ['credentials', 'prod-read', '--server', SERVER, '--format', 'process'];

/** The bundled command line against Node with an empty program, turn by turn, each in a process of its own: by the clock, start to end. */
export const measureCliStart = async (rounds: number): Promise<readonly Measured[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-start-'));
  try {
    const file = await buildCli(join(folder, 'cli'));
    const empty = join(folder, 'empty.cjs');
    await writeFile(empty, '');
    await keep(folder);
    const env = { HATCHECK_CONFIG_DIR: folder, HATCHECK_KEYRING: 'off', HOME: folder };
    const ms = (words: readonly string[]): number => startedMs(words, env);
    const times = Array.from({ length: rounds }, () => ({
      bare: ms([empty]),
      version: ms([file, '--version']),
      kept: ms([file, ...PROFILE]),
    }));
    const measured = (name: string, of: 'version' | 'kept', bound: number): Measured => ({
      ...{ name, unit: 'ms', bound, remarks: '' },
      ours: quantile(
        times.map((each) => each[of]),
        0.5,
      ),
      floor: quantile(
        times.map(({ bare }) => bare),
        0.5,
      ),
      ratios: times.map((each) => each[of] / each.bare),
    });
    return [
      measured('hatcheck --version, over bare node', 'version', 1.5),
      measured('credential_process from what is kept, over bare node', 'kept', 2),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const keep = async (folder: string): Promise<void> => {
  const credentials = {
    Version: 1,
    AccessKeyId: 'ASIA',
    SecretAccessKey: 's'.repeat(40),
    SessionToken: 't'.repeat(1000),
  };
  const Expiration = new Date(Date.now() + 3_600_000).toISOString();
  const put = (name: string, value: unknown) => writeFile(join(folder, `${name}.json`), JSON.stringify(value));
  await put(signInName(SERVER), { handle: 'p_one', accessToken: 'x', expiresAt: Expiration });
  const kept = { credentials: { ...credentials, Expiration }, issuedAtMs: Date.now() };
  await put(credentialsName(SERVER, 'prod-read', 'p_one'), kept);
};

/** @throws TypeError when it does not do what is measured */
const startedMs = (words: readonly string[], env: NodeJS.ProcessEnv): number => {
  const since = process.hrtime.bigint();
  const { status, stdout } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
  const ms = Number(process.hrtime.bigint() - since) / 1e6;
  if (status !== 0 || (words.length > 1 && stdout === ''))
    throw new TypeError(`${words.join(' ')} ended with ${String(status)}`);
  return ms;
};
