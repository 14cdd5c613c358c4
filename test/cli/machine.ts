import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { type FakeBroker, startBroker } from './broker.ts';
import { type Run, hatcheck } from './run.ts';
import { secret } from './signed-in.ts';

/** A machine on which nobody has signed in yet, and the broker that they would sign in to. */
export interface Machine {
  readonly broker: FakeBroker;
  readonly folder: string;
  readonly config: string;
  readonly tokenFile: string;
  run(args: readonly string[], stdin?: string): Promise<Run>;
  /** By the command itself; what the broker gave for it comes back. */
  signIn(accessToken?: string, seconds?: number): Promise<string>;
  fetchCredentials(): Promise<Run>;
  heardRoutes(): readonly string[];
  close(): Promise<void>;
}

export const ID = `r_${'A'.repeat(26)}`;
export const ISSUE = `POST /v1/requests/${ID}/credentials`;

export const idToken = (): string => `${secret()}.${secret()}.${secret()}`;

export const token = (accessToken: string, seconds = 900) => ({
  status: 200,
  json: { access_token: accessToken, token_type: 'Bearer', expires_in: seconds },
});

export const me = (handle: string) => ({
  status: 200,
  json: { principal: { handle, email: 'engineer@example.com', groups: ['local-oidc:sre'] } },
});

export const newMachine = async (): Promise<Machine> => {
  const broker = await startBroker();
  broker.answer('GET /v1/me', me('p_one'));
  const folder = mkdtempSync(join(tmpdir(), 'hatcheck-cli-'));
  const [config, tokenFile] = [join(folder, 'config'), join(folder, 'id-token')];
  const run: Machine['run'] = (args, stdin) =>
    hatcheck(args, { HATCHECK_CONFIG_DIR: config, HATCHECK_SERVER: broker.origin }, stdin);
  return {
    ...{ broker, folder, config, tokenFile, run },
    signIn: async (accessToken = secret(), seconds = 900) => {
      writeFileSync(tokenFile, `${idToken()}\n`);
      broker.answer('POST /oauth/token', token(accessToken, seconds));
      expect(await run(['login', '--token-file', tokenFile])).toMatchObject({ code: 0, stderr: '' });
      return accessToken;
    },
    fetchCredentials: () => run(['credentials', ID, '--format', 'process']),
    heardRoutes: () => broker.heard.map(({ route }) => route),
    close: async () => {
      await broker.close();
      rmSync(folder, { recursive: true });
    },
  };
};
