import { describe, expect, test } from '@jest/globals';
import { ProviderUnavailable } from '../../../lib/identity/assertion-refused.ts';
import { redeemCode, redeemRefreshToken } from '../../../lib/identity/code-exchange.ts';
import type { ProviderFetch } from '../../../lib/identity/provider-fetch.ts';
import { provider } from '../../attack/id-token/verifying.ts';
import { codeOf } from './memory.ts';

const metadata = {
  ...{ authorizationEndpoint: new URL('https://idp.example.com/authorize') },
  ...{ tokenEndpoint: new URL('https://idp.example.com/token'), sendsIssuer: true },
  ...{ tokenEndpointAuthMethods: ['client_secret_basic'], scopes: [] },
};
const client = { provider, metadata };

/** A token endpoint that gives this answer; what it was asked is kept. */
const answering = (json: Record<string, unknown>, status = 200) => {
  const forms: Record<string, string>[] = [];
  const fetchJson: ProviderFetch = (_url, request) => {
    forms.push(Object.fromEntries(request?.form ?? []));
    return Promise.resolve({ status, json });
  };
  return { fetchJson, forms };
};

const redeem = (fetchJson: ProviderFetch) =>
  redeemCode(fetchJson, {
    ...client,
    code: 'the code',
    redirectUri: 'https://h.example.com',
    codeVerifier: 'verifier',
  });

describe('a token endpoint', () => {
  test('is asked with the refresh token, as itself', async () => {
    const { fetchJson, forms } = answering({});
    await redeemRefreshToken(fetchJson, client, 'the token');
    expect(forms).toEqual([{ grant_type: 'refresh_token', refresh_token: 'the token', client_id: provider.clientId }]);
  });

  test('gives what it gives, and nothing else is there', async () => {
    const all = answering({ id_token: 'i', access_token: 'a', refresh_token: 'r', scope: 'openid' });
    const given = { unverifiedIdToken: 'i', accessToken: 'a', refreshToken: 'r' };
    await expect(redeem(all.fetchJson)).resolves.toStrictEqual(given);
    await expect(redeemRefreshToken(all.fetchJson, client, 't')).resolves.toStrictEqual(given);
    const little = answering({ id_token: 'i', access_token: 5, refresh_token: null });
    await expect(redeem(little.fetchJson)).resolves.toStrictEqual({ unverifiedIdToken: 'i' });
    await expect(redeemRefreshToken(answering({}).fetchJson, client, 't')).resolves.toStrictEqual({});
  });

  test('that knows the grant no longer says so, whatever the status', async () => {
    for (const status of [200, 400, 401]) {
      const { fetchJson } = answering({ error: 'invalid_grant', id_token: 'i' }, status);
      await expect(redeemRefreshToken(fetchJson, client, 't')).resolves.toBe('refused');
      await expect(codeOf(redeem(fetchJson))).resolves.toBe('not_signed_in');
    }
  });

  test('attack: an ID token with the status of an error is none', async () => {
    for (const status of [201, 302, 400, 500])
      await expect(redeem(answering({ id_token: 'i' }, status).fetchJson)).rejects.toThrow(ProviderUnavailable);
  });

  test.each([
    ['invalid_client', /invalid_client$/],
    ['e'.repeat(40), /e{40}$/],
    ['e'.repeat(41), /without a code$/],
    ['', /without a code$/],
    ['\u001b[2Jinvalid_client', /without a code$/],
    ['invalid_client\nroot signed in', /without a code$/],
    [['invalid_client'], /without a code$/],
    [undefined, /without a code$/],
  ])('attack: an error of %j does not write its own line into the log', async (error, message) => {
    await expect(redeem(answering({ error }, 400).fetchJson)).rejects.toThrow(message);
  });
});
