import { expect, test } from '@jest/globals';
import { LOGIN_COOKIE, SESSION_COOKIE, clearCookie, setCookie } from '../../../lib/identity/cookies.ts';

test('our cookies are of this very host, over TLS, unseen by scripts and not sent with another site’s posts', () => {
  expect(setCookie(SESSION_COOKIE, 'p_a.b', 60)).toBe(
    '__Host-hatcheck=p_a.b; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax',
  );
  expect(clearCookie(LOGIN_COOKIE)).toBe('__Host-hatcheck-login=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax');
});
