import { describe, expect, test } from '@jest/globals';
import { metadataUrl, readMetadata } from '../../../lib/identity/provider-metadata.ts';
import { provider } from '../../attack/id-token/verifying.ts';
import { codeOf } from './memory.ts';

const ISSUER = 'https://idp.example.com';
const LOCAL = 'http://127.0.0.1:8080';
const jobs = { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` };
const people = { ...jobs, authorization_endpoint: `${ISSUER}/authorize`, token_endpoint: `${ISSUER}/token` };

const read = (json: Record<string, unknown>, issuer = ISSUER) => readMetadata({ ...provider, issuer }, json);
const outcome = (json: Record<string, unknown>, issuer = ISSUER): Promise<string> =>
  codeOf(Promise.resolve().then(() => read(json, issuer)));

test.each([
  ['https://idp.example.com', 'https://idp.example.com/.well-known/openid-configuration'],
  ['https://idp.example.com/', 'https://idp.example.com/.well-known/openid-configuration'],
  ['https://idp.example.com/tenant', 'https://idp.example.com/tenant/.well-known/openid-configuration'],
  ['https://idp.example.com/tenant/', 'https://idp.example.com/tenant/.well-known/openid-configuration'],
])('the metadata of %s is at %s', (issuer, url) => {
  expect(metadataUrl({ ...provider, issuer }).href).toBe(url);
});

describe('what a provider publishes', () => {
  test('is where its keys are, for jobs', () => {
    expect(read(jobs)).toStrictEqual({ jwksUri: new URL('https://idp.example.com/keys') });
  });

  test('is where people sign in, with what is so unless it is said', () => {
    expect(read(people).signIn).toStrictEqual({
      authorizationEndpoint: new URL('https://idp.example.com/authorize'),
      tokenEndpoint: new URL('https://idp.example.com/token'),
      sendsIssuer: false,
      tokenEndpointAuthMethods: ['client_secret_basic'],
      scopes: [],
    });
  });

  test('is what it says, where it says it in texts', () => {
    const said = {
      ...{ authorization_response_iss_parameter_supported: true, scopes_supported: ['openid', 5, 'groups'] },
      token_endpoint_auth_methods_supported: [null, 'client_secret_post'],
    };
    expect(read({ ...people, ...said }).signIn).toMatchObject({
      ...{ sendsIssuer: true, scopes: ['openid', 'groups'], tokenEndpointAuthMethods: ['client_secret_post'] },
    });
    expect(read({ ...people, authorization_response_iss_parameter_supported: 'true' }).signIn?.sendsIssuer).toBe(false);
    expect(read({ ...people, scopes_supported: 'openid' }).signIn?.scopes).toStrictEqual([]);
  });

  test.each(['issuer', 'jwks_uri', 'authorization_endpoint', 'token_endpoint'])(
    'is not taken without %s',
    async (name) => {
      const rest = Object.fromEntries(Object.entries(people).filter(([member]) => member !== name));
      await expect(outcome(rest)).resolves.toBe('ProviderUnavailable');
    },
  );

  test.each(['https://idp.example.com/', 'https://evil.example.com', ['https://idp.example.com'], undefined])(
    'attack: in the name of %j is not taken',
    async (issuer) => {
      await expect(outcome({ ...people, issuer })).resolves.toBe('ProviderUnavailable');
    },
  );
});

describe('an endpoint', () => {
  test.each([
    ['https://elsewhere.example.com:8443/keys?a=b', 'accepted'],
    ['http://idp.example.com/keys', 'ProviderUnavailable'],
    ['http://127.0.0.1/keys', 'ProviderUnavailable'],
    ['ftp://idp.example.com/keys', 'ProviderUnavailable'],
    ['file:///etc/passwd', 'ProviderUnavailable'],
    ['https://user@idp.example.com/keys', 'ProviderUnavailable'],
    ['https://:secret@idp.example.com/keys', 'ProviderUnavailable'],
    ['https://idp.example.com/keys#a', 'ProviderUnavailable'],
    ['/keys', 'ProviderUnavailable'],
    ['', 'ProviderUnavailable'],
    [['https://idp.example.com/keys'], 'ProviderUnavailable'],
    [null, 'ProviderUnavailable'],
  ])('of a provider on the network at %j is %s', async (jwks_uri, expected) => {
    await expect(outcome({ ...jobs, jwks_uri })).resolves.toBe(expected);
  });

  test.each([
    ['http://127.0.0.1:8080/keys', 'accepted'],
    ['http://127.10.20.30/keys', 'accepted'],
    ['http://[::1]:8080/keys', 'accepted'],
    ['http://localhost/keys', 'accepted'],
    ['https://idp.example.com/keys', 'accepted'],
    ['http://idp.example.com/keys', 'ProviderUnavailable'],
    ['http://evil-localhost/keys', 'ProviderUnavailable'],
    ['http://localhost.evil.example.com/keys', 'ProviderUnavailable'],
    ['http://127.0.0.1.evil.example.com/keys', 'ProviderUnavailable'],
    ['ftp://127.0.0.1/keys', 'ProviderUnavailable'],
    ['http://user@127.0.0.1/keys', 'ProviderUnavailable'],
  ])('of a provider on a laptop at %s is %s', async (jwks_uri, expected) => {
    await expect(outcome({ issuer: LOCAL, jwks_uri }, LOCAL)).resolves.toBe(expected);
  });
});
