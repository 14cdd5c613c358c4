import type { CompiledAccess } from '../../lib/config/access.ts';
import { type Config, loadConfig } from '../../lib/config/environment.ts';
import type { Account, Entitlement } from '../../lib/domain/entitlement.ts';

const prod: Account = {
  id: '111122223333',
  name: 'prod',
  partition: 'aws',
  region: 'eu-west-1',
  externalId: '5f0c9a1e',
};

/** An entitlement of account prod, eligible for group `engineering`, automatic, four hours. */
export const testEntitlement = (overrides: Partial<Entitlement> & Pick<Entitlement, 'id'>): Entitlement => ({
  title: overrides.id,
  account: prod,
  roleArn: 'arn:aws:iam::111122223333:role/hatcheck/ReadOnly',
  roleMaxSessionSeconds: 3600,
  requesters: { groups: ['local-oidc:engineering'] },
  approval: 'auto',
  maxDurationSeconds: 4 * 3600,
  justification: { minLength: 10 },
  requires: { mfa: false },
  groupsMaxAgeSeconds: 4 * 3600,
  session: { via: 'assumeRole', maxSeconds: 3600, tail: 'deny', chaining: false, denies: [] },
  revokers: { groups: [] },
  limits: { issuesPerHour: 60 },
  ...overrides,
});

const sreLeads = { from: { groups: ['local-oidc:sre-leads'] }, count: 1 };
const security = { from: { groups: ['local-oidc:security'] }, count: 1 };

/** The policy of the laptop, small: one automatic entitlement, one with an approval, one with two stages. */
export const testAccess: CompiledAccess = {
  identityProviders: [
    {
      id: 'local-oidc',
      type: 'oidc',
      issuer: 'http://127.0.0.1:3001',
      clientId: 'hatcheck',
      clientSecret: 'env:LOCAL_OIDC_SECRET',
      groupsClaim: 'groups',
      tokenExchangeAudiences: [],
      algorithms: ['RS256', 'ES256'],
    },
  ],
  entitlements: [
    testEntitlement({ id: 'prod-read', title: 'Read production' }),
    testEntitlement({
      id: 'prod-admin',
      title: 'Administer production',
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/Admin',
      requesters: { groups: ['local-oidc:sre'] },
      approval: { stages: [sreLeads], withinSeconds: 24 * 3600 },
      maxDurationSeconds: 3600,
      ticket: { pattern: '^OPS-[0-9]+$', required: true },
      revokers: { groups: ['local-oidc:security'] },
    }),
    testEntitlement({
      id: 'payments-admin',
      title: 'Administer payments',
      roleArn: 'arn:aws:iam::111122223333:role/hatcheck/PaymentsAdmin',
      requesters: { groups: ['local-oidc:sre'] },
      approval: { stages: [sreLeads, security], withinSeconds: 3600 },
      maxDurationSeconds: 3600,
    }),
  ],
  accounts: [prod],
  version: 'the-version',
  outside: { tickets: [], onCall: [] },
  auditors: { groups: ['local-oidc:auditors'] },
  security: { groups: ['local-oidc:security'] },
  // Tests ask more often than people do; what happens at the limit has tests of its own.
  limits: { openRequests: 200 },
};

/** What the functions' environment holds at the least. */
export const testEnvironment = {
  HATCHECK_STAGE: 'test',
  HATCHECK_ORIGIN: 'http://127.0.0.1:3000',
  AWS_REGION: 'eu-west-1',
  LEDGER_TABLE: 'test-ledger',
  INDEX_TABLE: 'test-index',
  IDENTITY_TABLE: 'test-identity',
  HATCHECK_PEPPER: 'env:TEST_PEPPER',
} as const;

export const PEPPER = 'a pepper of forty characters for tests..';

/** Puts into this process what a function finds in its own environment: credentials that nobody checks, the pepper, and these secrets. */
export const setFunctionEnvironment = (secrets: Readonly<Record<string, string>> = {}): void => {
  const credentials = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  Object.assign(process.env, { ...credentials, TEST_PEPPER: PEPPER, ...secrets });
};

/** A whole configuration; whatever matters to the test is given in `overrides`. */
export const testConfig = (overrides: Partial<Config> = {}): Config =>
  Object.freeze({ ...loadConfig(testEnvironment, testAccess), ...overrides });
