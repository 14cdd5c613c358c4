import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What goes by a role that is assumed, with one secret in Parameter Store. */
export const PLAIN = `version: 1
identityProviders:
  - id: okta
    type: oidc
    issuer: https://example.okta.com
    clientId: client
    clientSecret: ssm:/hatcheck/okta
accounts:
  prod: { id: '111122223333', region: eu-west-1, externalId: 5f0c9a1e }
entitlements:
  prod-read:
    role: { account: prod, name: ReadOnly }
    requesters: { groups: [okta:engineering] }
    approval: auto
    maxDuration: 1h
security: { groups: [okta:security] }
`;

export interface Scene {
  readonly folder: string;
  readonly accessFile: string;
  readonly close: () => void;
}

/** A folder with serverless.yml, an access policy, and what stages say. */
export const sceneOf = (access: string | undefined, stages: Readonly<Record<string, string>> = {}): Scene => {
  const folder = mkdtempSync(join(tmpdir(), 'hatcheck-deploy-'));
  copyFileSync('serverless.yml', join(folder, 'serverless.yml'));
  mkdirSync(join(folder, 'stages'));
  for (const [stage, text] of Object.entries(stages)) writeFileSync(join(folder, 'stages', `${stage}.yml`), text);
  const accessFile = join(folder, 'access.yml');
  if (access !== undefined) writeFileSync(accessFile, access);
  return {
    folder,
    accessFile,
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
};
