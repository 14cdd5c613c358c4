import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { tokenWith, verdict, verify } from '../../attack/id-token/verifying.ts';

test('a token goes by the hash of what it signs, whatever its signature', async () => {
  const token = tokenWith();
  const input = token.slice(0, token.lastIndexOf('.'));
  const { fingerprint } = await verify(token);
  expect(fingerprint).toBe(createHash('sha256').update(input).digest('base64url'));
});

test('hashes of what did not come along are compared with nothing', async () => {
  const claims = { at_hash: 'of an access token', c_hash: 'of a code' };
  await expect(verdict(tokenWith(claims))).resolves.toBe('accepted');
  await expect(verdict(tokenWith(claims), { expected: { accessToken: 'a' } })).resolves.toBe('token_hash');
  await expect(verdict(tokenWith(claims), { expected: { code: 'a' } })).resolves.toBe('token_hash');
});

test('an audience that is no text is nobody’s', async () => {
  for (const aud of [['hatcheck', ['hatcheck']], [['hatcheck']], { 0: 'hatcheck' }, [null], 5])
    await expect(verdict(tokenWith({ aud }))).resolves.toBe('audience');
});
