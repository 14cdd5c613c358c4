import { describe, expect, test } from '@jest/globals';
import { bearer, stubApi } from './stub-api.ts';

const { call } = stubApi();
const ask = { entitlementId: 'prod-read', justification: 'to see why it fails', durationSeconds: 900 };

describe('queries', () => {
  const list = (query: string) => call({ path: `/v1/requests?${query}`, headers: bearer });

  test('have defaults', async () => {
    expect((await list('')).json['query']).toEqual({ as: 'requester', limit: 50 });
  });

  test('are decoded once', async () => {
    const { json } = await list('as=approver&status=pending&limit=200&cursor=a%2Bb+c%2525');
    expect(json['query']).toEqual({ as: 'approver', status: 'pending', limit: 200, cursor: 'a+b c%25' });
  });

  test.each([
    ['as=security', '?as not_allowed'],
    ['as=', '?as not_allowed'],
    ['status=open', '?status not_allowed'],
    ['limit=0', '?limit too_small'],
    ['limit=201', '?limit too_big'],
    ['limit=-1', '?limit invalid_format'],
    ['limit=1e2', '?limit invalid_format'],
    ['limit=0x10', '?limit invalid_format'],
    ['limit=', '?limit invalid_format'],
    ['limit=%20', '?limit invalid_format'],
    ['limit=1&limit=2', '?limit duplicate'],
    ['limit=1&l%69mit=1', '?limit duplicate'],
    ['limit=1,2', '?limit invalid_format'],
    ['limit', '?limit invalid_format'],
    ['Limit=1', '?Limit unknown_parameter'],
    ['requester=p_x', '?requester unknown_parameter'],
    ['__proto__=x', '?__proto__ unknown_parameter'],
    ['cursor=%ff', '?cursor ill_formed_text'],
    ['cursor=%ed%a0%80', '?cursor ill_formed_text'],
    ['cursor=%c0%af', '?cursor ill_formed_text'],
    ['cursor=%', '?cursor ill_formed_text'],
    ['cursor=a%00b', '?cursor ill_formed_text'],
    ['%ff=x', '? ill_formed_text'],
  ])('%s is refused', async (query, fault) => {
    expect((await list(query)).pointers).toEqual([fault]);
  });

  test('dryRun is true or false, and nothing like it', async () => {
    const dry = (query: string) => call({ method: 'POST', path: `/v1/requests${query}`, headers: bearer, body: ask });
    expect((await dry('?dryRun=true')).json['query']).toEqual({ dryRun: true });
    expect((await dry('?dryRun=false')).json['query']).toEqual({ dryRun: false });
    expect((await dry('')).json['query']).toEqual({ dryRun: false });
    for (const value of ['1', 'TRUE', 'yes', '']) {
      expect((await dry(`?dryRun=${value}`)).pointers).toEqual(['?dryRun not_allowed']);
    }
  });

  test('other routes take no parameters', async () => {
    expect((await call({ path: '/v1/me?verbose=1', headers: bearer })).pointers).toEqual([
      '?verbose unknown_parameter',
    ]);
    expect((await call({ path: '/healthz?x=1' })).pointers).toEqual(['?x unknown_parameter']);
  });

  test('the callback takes what a provider adds, though nothing twice', async () => {
    const back = (query: string) => call({ path: `/oidc/callback?${query}` });
    expect((await back('code=c&state=s&iss=i&session_state=x&authuser=0')).json['query']).toMatchObject({ code: 'c' });
    expect((await back('code=c&code=d&state=s')).pointers).toEqual(['?code duplicate']);
    expect((await back('code=c&state=s&extra=1&extra=2')).pointers).toEqual(['?extra duplicate']);
  });

  test('signing in takes what the contract lists', async () => {
    const { json } = await call({
      path: '/login?provider=okta&returnTo=%2Frequests&loginHint=e%40example.com&stepUp=mfa',
    });
    expect(json['query']).toEqual({
      provider: 'okta',
      returnTo: '/requests',
      loginHint: 'e@example.com',
      stepUp: 'mfa',
    });
    expect((await call({ path: '/login?stepUp=none' })).pointers).toEqual(['?stepUp not_allowed']);
    expect((await call({ path: '/login?redirect=x' })).pointers).toEqual(['?redirect unknown_parameter']);
  });
});
