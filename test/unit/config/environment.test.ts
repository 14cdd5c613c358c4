import { describe, expect, test } from '@jest/globals';
import { ConfigError, loadConfig } from '../../../lib/config/environment.ts';
import { testAccess, testConfig, testEnvironment } from '../../support/config.ts';

const faultsOf = (env: Readonly<Record<string, string | undefined>>): readonly string[] => {
  try {
    loadConfig(env, testAccess);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ name }) => name);
    throw error;
  }
  return [];
};

test('the environment and the access policy become one object', () => {
  const config = loadConfig(
    { ...testEnvironment, HATCHECK_STS_ENDPOINT: 'http://127.0.0.1:4566', UNRELATED: 'x' },
    testAccess,
  );
  expect(config).toMatchObject({
    stage: 'test',
    origin: 'http://127.0.0.1:3000',
    region: 'eu-west-1',
    tables: { ledger: 'test-ledger', index: 'test-index', identity: 'test-identity' },
    endpoints: { sts: 'http://127.0.0.1:4566' },
    pepper: 'env:TEST_PEPPER',
  });
  expect(config.endpoints).not.toHaveProperty('dynamodb');
  expect(config.policy.entitlements.get('prod-admin')?.maxDurationSeconds).toBe(3600);
  expect(config.identityProviders.map(({ id }) => id)).toEqual(['local-oidc']);
});

test('the object is frozen to its leaves', () => {
  const config = loadConfig(testEnvironment, structuredClone(testAccess));
  const entitlement = config.policy.entitlements.get('prod-admin');
  for (const part of [config, config.tables, config.identityProviders[0], entitlement, entitlement?.requesters.groups])
    expect(Object.isFrozen(part)).toBe(true);
});

test('what is not needed by every function may be absent or empty', () => {
  const config = loadConfig({ ...testEnvironment, HATCHECK_PEPPER: '', HATCHECK_DYNAMODB_ENDPOINT: '' }, testAccess);
  expect(config).not.toHaveProperty('pepper');
  expect(config.endpoints).toEqual({});
});

test('what is exported to has its bucket and its days, or neither', () => {
  const of = (more: Record<string, string>) => loadConfig({ ...testEnvironment, ...more }, testAccess).exportTo;
  expect(of({ EXPORT_BUCKET: 'export', EXPORT_RETENTION_DAYS: '2557' })).toEqual({
    bucket: 'export',
    retentionDays: 2557,
  });
  expect([of({ EXPORT_BUCKET: 'export' }), of({ EXPORT_RETENTION_DAYS: '2557' })]).toEqual([undefined, undefined]);
});

test('every fault comes at once, by the name of its variable', () => {
  expect(faultsOf({ HATCHECK_ORIGIN: 'http://example.com', HATCHECK_PEPPER: 'a secret' })).toEqual([
    'HATCHECK_STAGE',
    'HATCHECK_ORIGIN',
    'AWS_REGION',
    'LEDGER_TABLE',
    'INDEX_TABLE',
    'IDENTITY_TABLE',
    'HATCHECK_PEPPER',
  ]);
});

describe('refused', () => {
  test.each([
    ['HATCHECK_ORIGIN', 'https://example.com/'],
    ['HATCHECK_ORIGIN', 'https://example.com/path'],
    ['HATCHECK_ORIGIN', 'https://Example.com'],
    ['HATCHECK_ORIGIN', 'https://a:b@example.com'],
    ['HATCHECK_ORIGIN', 'http://example.com'],
    ['HATCHECK_ORIGIN', 'http://127.0.0.1.example.com'],
    ['HATCHECK_ORIGIN', 'null'],
    ['HATCHECK_STAGE', 'Prod!'],
    ['AWS_REGION', 'Frankfurt'],
    ['LEDGER_TABLE', 'a b'],
    ['HATCHECK_DYNAMODB_ENDPOINT', 'http://dynamodb.example.com'],
    ['HATCHECK_STS_ENDPOINT', 'ftp://127.0.0.1'],
    ['HATCHECK_FEDERATION_ENDPOINT', 'https://example.com/?a=b'],
    ['HATCHECK_CONSOLE_ENDPOINT', 'https://example.com/#a'],
    ['EXPORT_BUCKET', 'Export'],
    ['EXPORT_BUCKET', 's3://export'],
    ['EXPORT_RETENTION_DAYS', '0'],
    ['EXPORT_RETENTION_DAYS', '36501'],
    ['EXPORT_RETENTION_DAYS', '7 years'],
    ['HATCHECK_PEPPER', 'ssm:no-slash'],
    ['HATCHECK_PEPPER', 'vault:/x'],
  ])('%s=%s', (name, value) => {
    expect(faultsOf({ ...testEnvironment, [name]: value })).toEqual([name]);
  });
});

describe('taken', () => {
  test.each([
    ['HATCHECK_ORIGIN', 'https://hatcheck.example.com'],
    ['HATCHECK_ORIGIN', 'https://hatcheck.example.com:8443'],
    ['HATCHECK_ORIGIN', 'http://[::1]:3000'],
    ['HATCHECK_FEDERATION_ENDPOINT', 'http://127.0.0.1:4566/federation'],
    ['EXPORT_BUCKET', 'hatcheck-prod-export-777788889999'],
    ['EXPORT_RETENTION_DAYS', '36500'],
    ['HATCHECK_PEPPER', 'ssm:/hatcheck/pepper'],
    ['HATCHECK_PEPPER', 'secretsmanager:hatcheck/pepper'],
  ])('%s=%s', (name, value) => {
    expect(faultsOf({ ...testEnvironment, [name]: value })).toStrictEqual([]);
  });
});

test('no value is repeated in the message: it may have been meant for another variable', () => {
  const secret = 'correct-horse-battery';
  const env = Object.fromEntries(Object.keys(testEnvironment).map((name) => [name, `!${secret}`]));
  expect(() => loadConfig(env, testAccess)).toThrow(ConfigError);
  expect(() => loadConfig(env, testAccess)).not.toThrow(secret);
});

test('a test may have what it needs of a configuration', () => {
  expect(testConfig({ origin: 'http://127.0.0.1:1' })).toMatchObject({ origin: 'http://127.0.0.1:1', stage: 'test' });
});
