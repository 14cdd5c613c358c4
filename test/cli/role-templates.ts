import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROKER_ACCOUNT } from '../local/aws/small-world.ts';
import { type Run, hatcheck } from './run.ts';

export const ACCESS = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1, externalId: 5f0c9a1e }
  staging: { id: '444455556666', region: eu-west-1 }
entitlements:
  prod-admin:
    role: { account: prod, name: Admin, maxSession: 2h }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
  staging-admin:
    role: { account: staging, name: Admin }
    session: { via: webIdentity }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
  staging-deploy:
    role: { account: staging, name: Admin }
    session: { via: webIdentity }
    requesters: { groups: [ci] }
    approval: auto
    maxDuration: 1h
  staging-legacy:
    role: { account: staging, name: Legacy }
    session: { via: saml }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
`;
export const ISSUER = 'https://issuer.example.com';
/** The role of the function that lends ours. */
export const CREDENTIALS = `arn:aws:iam::${BROKER_ACCOUNT}:role/hatcheck/hatcheck-prod-credentials`;

/** A folder with an access.yml, and what `hatcheck role template` makes of it. */
export interface RoleTemplates {
  readonly folder: string;
  template(entitlementId: string, ...more: readonly string[]): Promise<Run>;
  close(): void;
}

export const roleTemplates = (): RoleTemplates => {
  const folder = mkdtempSync(join(tmpdir(), 'hatcheck-role-'));
  writeFileSync(join(folder, 'access.yml'), ACCESS);
  const words = ['role', 'template', '--broker-account', BROKER_ACCOUNT, '--issuer', ISSUER];
  return {
    folder,
    template: (entitlementId, ...more) => hatcheck([...words, '--entitlement', entitlementId, ...more], {}, '', folder),
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
};
