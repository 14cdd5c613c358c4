import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { withoutNonce } from '../../../lib/identity/id-token.ts';
import { noon } from '../../support/builders.ts';
import { signedToken } from '../../support/oidc-server.ts';
import { CLIENT, ISSUER, NOW, honest, key, tokenWith, verdict, verify } from './verifying.ts';

describe('C1: iss is the configured issuer, to the character', () => {
  test.each([
    `${ISSUER}/`,
    'https://IDP.example.com',
    'http://idp.example.com',
    `${ISSUER}.evil.example`,
    '',
    5,
    [ISSUER],
    undefined,
  ])('iss %j is refused', async (iss) => {
    await expect(verdict(tokenWith({ iss }))).resolves.toBe('issuer');
  });
});

describe('C2, C3: aud holds us and nobody that we do not know, azp is us', () => {
  test.each([
    ['another client', { aud: 'another' }],
    ['another client, in a list', { aud: ['another'] }],
    ['us and a stranger', { aud: [CLIENT, 'another'], azp: CLIENT }],
    ['nobody', { aud: [] }],
    ['no audience', { aud: undefined }],
    ['a beginning of our name', { aud: 'hatch' }],
    ['something that is no text', { aud: [5] }],
    ['an object', { aud: { 0: CLIENT } }],
  ])('%s is refused', async (_attack, claims) => {
    await expect(verdict(tokenWith(claims))).resolves.toBe('audience');
  });

  const two = { audiences: [CLIENT, 'hatcheck-exchange'] };
  test.each([
    ['several audiences and no azp', { aud: [CLIENT, 'hatcheck-exchange'] }, two],
    ['another azp', { azp: 'another' }, {}],
    ['another azp beside a list of one', { aud: [CLIENT], azp: 'another' }, {}],
    ['an azp that is no text', { azp: [CLIENT] }, {}],
  ])('%s is refused', async (_attack, claims, expected) => {
    await expect(verdict(tokenWith(claims), { expected })).resolves.toBe('authorized_party');
  });

  test.each([
    ['a text', { aud: CLIENT }],
    ['a list of one', { aud: [CLIENT] }],
    ['a list of one with azp', { aud: [CLIENT], azp: CLIENT }],
    ['several of ours with azp', { aud: [CLIENT, 'hatcheck-exchange'], azp: CLIENT }],
  ])('our own audience as %s is accepted', async (_form, claims) => {
    await expect(verdict(tokenWith(claims), { expected: two })).resolves.toBe('accepted');
  });
});

/** JSON has numbers that JavaScript has not, so these claims are written by hand. */
const withRaw = (name: string, json: string): string =>
  signedToken(key, `${JSON.stringify({ ...honest, [name]: undefined }).slice(0, -1)},"${name}":${json}}`);

const NO_NUMBERS = ['"1772452800"', '-1', '1e400', '-1e400', 'null', 'true', '[1772452800]', '{}', '253402300800'];

describe('C4: exp', () => {
  test.each(NO_NUMBERS)('%s is refused', async (json) => {
    await expect(verdict(withRaw('exp', json))).resolves.toBe('expired');
  });

  test('is required', async () => {
    await expect(verdict(tokenWith({ exp: undefined }))).resolves.toBe('expired');
  });

  test('has a minute of skew and no more', async () => {
    await expect(verdict(tokenWith({ exp: NOW - 59 }))).resolves.toBe('accepted');
    await expect(verdict(tokenWith({ exp: NOW - 60 }))).resolves.toBe('expired');
  });
});

describe('C5: iat and nbf', () => {
  test.each(NO_NUMBERS)('an iat of %s is refused', async (json) => {
    await expect(verdict(withRaw('iat', json))).resolves.toBe('too_old');
  });

  test.each(NO_NUMBERS)('an nbf of %s is refused', async (json) => {
    await expect(verdict(withRaw('nbf', json))).resolves.toBe('not_yet_valid');
  });

  test.each([
    ['iat is required', { iat: undefined }, 'too_old'],
    ['iat may be a minute ahead', { iat: NOW + 60 }, 'accepted'],
    ['iat may not be further ahead', { iat: NOW + 61 }, 'not_yet_valid'],
    ['iat may be as old as the sign-in may be', { iat: NOW - 659 }, 'accepted'],
    ['iat may not be older', { iat: NOW - 660 }, 'too_old'],
    ['nbf may be a minute ahead', { nbf: NOW + 60 }, 'accepted'],
    ['nbf may not be further ahead', { nbf: NOW + 61 }, 'not_yet_valid'],
  ])('%s', async (_rule, claims, outcome) => {
    await expect(verdict(tokenWith(claims))).resolves.toBe(outcome);
  });
});

describe('C6: nonce', () => {
  test.each(['another', '', undefined, 5, ['nonce-of-this-browser'], 'nonce-of-this-browser '])(
    '%j is refused',
    async (nonce) => {
      await expect(verdict(tokenWith({ nonce }))).resolves.toBe('nonce');
    },
  );

  test('is not asked for only where the caller says so in as many words', async () => {
    await expect(verdict(tokenWith({ nonce: undefined }), { expected: { nonce: withoutNonce } })).resolves.toBe(
      'accepted',
    );
  });
});

describe('C7: sub', () => {
  test.each([
    undefined,
    '',
    5,
    null,
    ['subject'],
    's'.repeat(256),
    'sub\u0000ject',
    'sübject',
    '\ud800',
    ' subject',
    'a\nb',
  ])('%j is refused', async (sub) => {
    await expect(verdict(tokenWith({ sub }))).resolves.toBe('subject');
  });

  test.each(['s', 's'.repeat(255), 'auth0|5f7c8ec7', 'CN=Erin, OU=SRE'])('%j is a subject', async (sub) => {
    await expect(verify(tokenWith({ sub }))).resolves.toMatchObject({ subject: sub });
  });
});

describe('C9: auth_time, where a fresh sign-in was asked for', () => {
  const expected = { authenticatedSince: noon(-120) };
  test.each([
    ['absent', { auth_time: undefined }, 'authentication_time'],
    ['before the person was sent', { auth_time: NOW - 181 }, 'authentication_time'],
    ['a text', { auth_time: String(NOW) }, 'authentication_time'],
    ['in the future', { auth_time: NOW + 61 }, 'authentication_time'],
    ['since the person was sent', { auth_time: NOW - 119 }, 'accepted'],
    ['before, within the skew', { auth_time: NOW - 180 }, 'accepted'],
  ])('an auth_time that is %s', async (_attack, claims, outcome) => {
    await expect(verdict(tokenWith(claims), { expected })).resolves.toBe(outcome);
  });

  test('is checked for its form also where nobody asked for it', async () => {
    await expect(verdict(tokenWith({ auth_time: 'today' }))).resolves.toBe('authentication_time');
    await expect(verdict(tokenWith({ auth_time: undefined }))).resolves.toBe('accepted');
  });
});

describe('C10: at_hash and c_hash are of what came along', () => {
  const leftHalf = (text: string): string =>
    createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
  const expected = { accessToken: 'the access token', code: 'the code' };
  test.each([
    ['at_hash of another token', { at_hash: leftHalf('another') }, 'token_hash'],
    [
      'at_hash that is the whole hash',
      { at_hash: createHash('sha256').update('the access token').digest('base64url') },
      'token_hash',
    ],
    ['at_hash that is no text', { at_hash: 5 }, 'token_hash'],
    ['c_hash of another code', { c_hash: leftHalf('another') }, 'token_hash'],
    ['both as they should be', { at_hash: leftHalf('the access token'), c_hash: leftHalf('the code') }, 'accepted'],
    ['neither', {}, 'accepted'],
  ])('%s', async (_attack, claims, outcome) => {
    await expect(verdict(tokenWith(claims), { expected })).resolves.toBe(outcome);
  });
});

describe('C13: groups that are elsewhere are not "no groups"', () => {
  test.each([
    [
      '_claim_names',
      { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } },
    ],
    ['hasgroups', { hasgroups: true }],
    ['hasgroups as text', { hasgroups: 'true' }],
  ])('%s is refused', async (_attack, claims) => {
    await expect(verdict(tokenWith(claims))).resolves.toBe('groups_elsewhere');
  });
});

test('a refusal names the subject once the signature was good, and never before', async () => {
  await expect(verify(tokenWith({ exp: 1 }))).rejects.toMatchObject({ fault: 'expired', subject: honest.sub });
  const [header = '', payload = ''] = tokenWith({ exp: 1 }).split('.');
  const forged = `${header}.${payload}.${Buffer.alloc(64).toString('base64url')}`;
  await expect(verify(forged)).rejects.toMatchObject({ fault: 'signature', subject: undefined });
});
