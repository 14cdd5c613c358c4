import { describe, expect, jest, test } from '@jest/globals';
import {
  type FetchSecret,
  ofStage,
  parseSecretReference,
  secretResolver,
} from '../../../lib/config/secret-reference.ts';

describe('a reference', () => {
  test.each([
    ['env:LOCAL_OIDC_SECRET', { kind: 'env', name: 'LOCAL_OIDC_SECRET' }],
    ['ssm:/hatcheck/okta', { kind: 'ssm', name: '/hatcheck/okta' }],
    ['secretsmanager:hatcheck/okta', { kind: 'secretsmanager', name: 'hatcheck/okta' }],
  ])('%s', (text, reference) => {
    expect(parseSecretReference(text)).toEqual(reference);
  });

  test.each(['', 'hunter2', 'env:', 'env:a b', 'ssm:hatcheck', 'ssm:/', 'toString:x', ':x', 'ENV:X', 'env:X\n'])(
    '%j is none',
    (text) => {
      expect(parseSecretReference(text)).toBeUndefined();
    },
  );
});

test.each([
  ['ssm:/hatcheck/$stage/outside/jira', 'ssm:/hatcheck/prod/outside/jira'],
  ['ssm:/hatcheck/okta', 'ssm:/hatcheck/okta'],
  ['env:TICKETS', 'env:TICKETS'],
])('%s is %s in the stage prod', (written, there) => {
  expect(ofStage(written, 'prod')).toBe(there);
});

test('a secret of the environment is found by its name', async () => {
  await expect(secretResolver({ env: { A: 'value' } })('env:A')).resolves.toBe('value');
});

test.each([{}, { A: '' }])('one that is not set is an error that names the reference: %j', async (env) => {
  await expect(secretResolver({ env })('env:A')).rejects.toThrow('env:A');
});

test('one that is kept elsewhere is fetched once', async () => {
  const fetchSecret = jest.fn<FetchSecret>().mockResolvedValue('value');
  const resolve = secretResolver({ env: {}, fetchSecret });
  expect(await Promise.all([resolve('ssm:/a'), resolve('ssm:/a')])).toEqual(['value', 'value']);
  expect(await resolve('ssm:/a')).toBe('value');
  expect(fetchSecret.mock.calls).toEqual([['ssm', '/a']]);
});

test('one that could not be fetched is tried again at the next call', async () => {
  const fetchSecret = jest.fn<FetchSecret>().mockRejectedValueOnce(new Error('throttled')).mockResolvedValue('value');
  const resolve = secretResolver({ env: {}, fetchSecret });
  await expect(resolve('secretsmanager:a')).rejects.toThrow('throttled');
  await expect(resolve('secretsmanager:a')).resolves.toBe('value');
});

test('without a way to fetch, it is an error that names the reference', async () => {
  await expect(secretResolver({ env: {} })('ssm:/hatcheck/okta')).rejects.toThrow('ssm:/hatcheck/okta');
});

test('what is no reference may be the secret itself, and is not printed', async () => {
  const resolved = secretResolver({ env: {} })('hunter2');
  await expect(resolved).rejects.toThrow(TypeError);
  await expect(resolved).rejects.not.toThrow('hunter2');
});
