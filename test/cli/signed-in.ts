import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signInName } from '../../cli/config-folder.ts';
import { type FakeBroker, startBroker } from './broker.ts';
import { type Run, hatcheck } from './run.ts';

/** A machine with a sign-in at a broker, as it is after `hatcheck login`. */
export interface SignedIn {
  readonly broker: FakeBroker;
  readonly folder: string;
  readonly config: string;
  readonly env: Readonly<Record<string, string>>;
  run(...args: readonly string[]): Promise<Run>;
  close(): Promise<void>;
}

export const secret = (): string => randomBytes(24).toString('base64url');

export const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

export const problem = (status: number, code: string, detail = 'Not so.') => ({
  status,
  json: { status, code, detail },
});

export const credentialsUntil = (ms: number) => ({
  ...{ Version: 1, AccessKeyId: `ASIA${secret()}`, SecretAccessKey: secret(), SessionToken: secret() },
  Expiration: inMs(ms),
});

/** A request of the caller's, as the API shows it, with what is of interest here. */
export const requestView = (id: string, more: object = {}) => ({
  ...{ id, status: 'approved', entitlementId: 'prod-read', title: 'Read production', stages: [] },
  grant: { state: 'active', startsAt: inMs(-60_000), endsAt: inMs(7_200_000) },
  ...more,
});

export const signedIn = async (): Promise<SignedIn> => {
  const broker = await startBroker();
  const folder = mkdtempSync(join(tmpdir(), 'hatcheck-cli-'));
  const config = join(folder, 'config');
  mkdirSync(config, { mode: 0o700 });
  const signIn = { accessToken: secret(), expiresAt: inMs(900_000), handle: 'p_one' };
  writeFileSync(join(config, `${signInName(broker.origin)}.json`), JSON.stringify(signIn), { mode: 0o600 });
  const env = {
    HATCHECK_KEYRING: 'off',
    HATCHECK_CONFIG_DIR: config,
    HATCHECK_SERVER: broker.origin,
    HOME: folder,
    PATH: '/usr/bin:/bin',
  };
  return {
    ...{ broker, folder, config, env },
    run: (...args) => hatcheck(args, env),
    close: async () => {
      await broker.close();
      rmSync(folder, { recursive: true });
    },
  };
};
