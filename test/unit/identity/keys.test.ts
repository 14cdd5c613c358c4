import { beforeEach, describe, expect, test } from '@jest/globals';
import { type ProviderDocuments, providerDocuments } from '../../../lib/identity/keys.ts';
import type { ProviderAnswer } from '../../../lib/identity/provider-fetch.ts';
import { provider } from '../../attack/id-token/verifying.ts';
import { type MemoryClock, memoryClock } from '../../support/memory.ts';
import { makeKey } from '../../support/oidc-server.ts';
import { codeOf } from './memory.ts';

const [one, two] = [makeKey('ES256', 'one'), makeKey('ES256', 'two')];
const JOBS = { issuer: provider.issuer, jwks_uri: `${provider.issuer}/jwks` };
const METADATA = {
  ...JOBS,
  ...{ authorization_endpoint: `${provider.issuer}/authorize`, token_endpoint: `${provider.issuer}/token` },
};

let answers: Record<string, ProviderAnswer>;
let asked: string[];
let documents: ProviderDocuments;
let clock: MemoryClock;

beforeEach(() => {
  asked = [];
  clock = memoryClock();
  answers = {
    '/.well-known/openid-configuration': { status: 200, json: METADATA },
    '/jwks': { status: 200, json: { keys: [one.jwk, two.jwk] } },
  };
  documents = providerDocuments({
    fetchJson: ({ pathname }) => {
      asked.push(pathname);
      return Promise.resolve(answers[pathname] ?? { status: 404, json: {} });
    },
    clock,
    onStale: () => undefined,
  });
});

const key = (kid?: string) =>
  codeOf(documents.key(provider, { algorithm: 'ES256', ...(kid !== undefined && { kid }) }));

describe('the keys of a provider', () => {
  test('are fetched once for all of them', async () => {
    for (const kid of ['two', 'one', 'two']) {
      await expect(key(kid)).resolves.toBe('accepted');
      clock.advance(31);
    }
    expect(asked).toEqual(['/.well-known/openid-configuration', '/jwks']);
  });

  test('are not looked at again for a token that asks for none', async () => {
    answers['/jwks'] = { status: 200, json: { keys: [one.jwk] } };
    await expect(key()).resolves.toBe('accepted');
    answers['/jwks'] = { status: 200, json: { keys: [one.jwk, two.jwk] } };
    clock.advance(31);
    await expect(key()).resolves.toBe('accepted');
    expect(asked).toHaveLength(2);
  });

  test.each(['/.well-known/openid-configuration', '/jwks'])(
    'attack: that come with the status of an error are none: %s',
    async (path) => {
      for (const status of [201, 301, 404, 500]) {
        answers[path] = { ...answers[path]!, status };
        documents = providerDocuments({
          ...{ fetchJson: ({ pathname }) => Promise.resolve(answers[pathname]!), clock: memoryClock() },
          onStale: () => undefined,
        });
        await expect(key('one')).resolves.toBe('ProviderUnavailable');
      }
    },
  );
});

test('an issuer of jobs alone has keys, and no place to sign in', async () => {
  answers['/.well-known/openid-configuration'] = { status: 200, json: JOBS };
  await expect(key('one')).resolves.toBe('accepted');
  await expect(codeOf(documents.metadata(provider))).resolves.toBe('ProviderUnavailable');
});
