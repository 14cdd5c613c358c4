import { describe, expect, test } from '@jest/globals';
import { HatcheckError } from '../../../../lib/domain/errors.ts';
import {
  type AuthorizationForm,
  AuthorizationRefused,
  answerLocation,
  authorizationFields,
  authorizationRequest,
} from '../../../../lib/identity/oauth/authorization-request.ts';

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const form: AuthorizationForm = {
  response_type: 'code',
  client_id: 'hatcheck-cli',
  redirect_uri: 'http://127.0.0.1:49152/callback',
  state: 'a state of 22 letters.'.replaceAll(' ', '-'),
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
};

/** What becomes of it: `accepted`, what the page says, or `to the client:` what the client is told. */
const outcome = (changes: Partial<Record<keyof AuthorizationForm, string | undefined>>): string => {
  const changed = Object.fromEntries(
    Object.entries({ ...form, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  try {
    authorizationRequest(changed);
    return 'accepted';
  } catch (error) {
    if (error instanceof AuthorizationRefused) return `to the client: ${error.code}`;
    if (error instanceof HatcheckError) return `here: ${error.code}`;
    throw error;
  }
};

/** What is thrown. */
const told = (asked: AuthorizationForm): unknown => {
  try {
    return authorizationRequest(asked);
  } catch (error) {
    return error;
  }
};

test('control: what the command line asks for is taken as it is', () => {
  expect(authorizationRequest(form)).toEqual({
    redirectUri: form.redirect_uri,
    state: form.state,
    codeChallenge: CHALLENGE,
  });
});

describe('an address that the browser must not be sent to', () => {
  test.each([
    ['http://127.0.0.1:1/a', 'accepted'],
    ['http://[::1]:65535/a', 'accepted'],
    [`http://127.0.0.1:8080/${'a'.repeat(128)}`, 'accepted'],
    ['http://127.0.0.1:8080/aZ09_-', 'accepted'],
    [undefined, 'here: invalid_input'],
    ['', 'here: invalid_input'],
    ['http://localhost:8080/a', 'here: invalid_input'],
    ['http://127.0.0.2:8080/a', 'here: invalid_input'],
    ['http://127x0x0x1:8080/a', 'here: invalid_input'],
    ['https://127.0.0.1:8080/a', 'here: invalid_input'],
    ['http://127.0.0.1/a', 'here: invalid_input'],
    ['http://127.0.0.1:0/a', 'here: invalid_input'],
    ['http://127.0.0.1:08080/a', 'here: invalid_input'],
    ['http://127.0.0.1:65536/a', 'here: invalid_input'],
    ['http://127.0.0.1:123456/a', 'here: invalid_input'],
    ['http://127.0.0.1:80ab/a', 'here: invalid_input'],
    ['http://127.0.0.1:8080', 'here: invalid_input'],
    ['http://127.0.0.1:8080/', 'here: invalid_input'],
    ['http://127.0.0.1:8080/a/b', 'here: invalid_input'],
    ['http://127.0.0.1:8080/a?b=c', 'here: invalid_input'],
    ['http://127.0.0.1:8080/a#b', 'here: invalid_input'],
    [`http://127.0.0.1:8080/${'a'.repeat(129)}`, 'here: invalid_input'],
    ['http://127.0.0.1:8080@evil.example.com/a', 'here: invalid_input'],
    ['javascript:http://127.0.0.1:8080/a', 'here: invalid_input'],
    ['http://127.0.0.1:8080/a\n', 'here: invalid_input'],
    ['http://evil.example.com/?http://127.0.0.1:8080/a', 'here: invalid_input'],
  ])('%s: %s', (redirect_uri, expected) => {
    expect(outcome({ redirect_uri })).toBe(expected);
  });

  test('is not asked whether the rest is good', () => {
    expect(outcome({ client_id: 'another', redirect_uri: form.redirect_uri })).toBe('here: invalid_input');
    expect(outcome({ client_id: undefined })).toBe('here: invalid_input');
    expect(outcome({ redirect_uri: 'https://evil.example.com/a', state: '' })).toBe('here: invalid_input');
  });

  test('is named, so that whoever wrote the client finds it', () => {
    for (const [name, changes] of [
      ['?client_id', { client_id: 'another' }],
      ['?redirect_uri', { redirect_uri: '' }],
    ] as const)
      expect(told({ ...form, ...changes })).toMatchObject({
        refusal: { faults: [{ pointer: name, code: 'not_allowed' }] },
      });
  });
});

describe('what the client is told', () => {
  test.each<[string, Partial<Record<keyof AuthorizationForm, string | undefined>>, string]>([
    ['16 characters of state', { state: '!~'.repeat(8) }, 'accepted'],
    ['512 characters of state', { state: 's'.repeat(512) }, 'accepted'],
    ['no state', { state: undefined }, 'to the client: invalid_request'],
    ['15 characters of state', { state: 's'.repeat(15) }, 'to the client: invalid_request'],
    ['513 characters of state', { state: 's'.repeat(513) }, 'to the client: invalid_request'],
    ['a state with a blank', { state: `${'s'.repeat(16)} s` }, 'to the client: invalid_request'],
    ['a state that begins with a line feed', { state: `\n${'s'.repeat(16)}` }, 'to the client: invalid_request'],
    ['a token at once', { response_type: 'token' }, 'to the client: unsupported_response_type'],
    ['no response type', { response_type: undefined }, 'to the client: unsupported_response_type'],
    ['no challenge', { code_challenge: undefined }, 'to the client: invalid_request'],
    ['a challenge of 42 characters', { code_challenge: CHALLENGE.slice(1) }, 'to the client: invalid_request'],
    ['a challenge of 44 characters', { code_challenge: `${CHALLENGE}A` }, 'to the client: invalid_request'],
    ['a challenge in base64', { code_challenge: CHALLENGE.replace('-', '+') }, 'to the client: invalid_request'],
    ['a challenge that is not hashed', { code_challenge_method: 'plain' }, 'to the client: invalid_request'],
    ['a challenge of no method', { code_challenge_method: undefined }, 'to the client: invalid_request'],
    ['a scope', { scope: 'openid' }, 'to the client: invalid_scope'],
    ['an empty scope', { scope: '' }, 'to the client: invalid_scope'],
  ])('of %s', (_what, changes, expected) => {
    expect(outcome(changes)).toBe(expected);
  });

  test('goes where it asked, with its state where that can be said again', () => {
    expect(told({ ...form, response_type: 'token' })).toMatchObject({
      ...{ name: 'AuthorizationRefused', message: 'unsupported_response_type', code: 'unsupported_response_type' },
      ...{ redirectUri: form.redirect_uri, state: form.state },
    });
    expect(told({ ...form, state: 'short' })).toMatchObject({ redirectUri: form.redirect_uri, state: undefined });
  });
});

test('the parameters that make the request are kept, and no others', () => {
  expect(authorizationFields({ ...form, ...{ scope: 'openid', prompt: 'none', csrf: 'a' } })).toEqual(form);
});

test('the answer goes to the address as it was given, and says whose it is', () => {
  const location = answerLocation('http://[::1]:8080/a', 'https://hatcheck.example.com', {
    ...{ code: 'a b&c', state: undefined, error: undefined },
  });
  expect(location).toBe('http://[::1]:8080/a?code=a+b%26c&iss=https%3A%2F%2Fhatcheck.example.com');
});
