import { expect, test } from '@jest/globals';
import { returnPath } from '../../../lib/identity/return-path.ts';
import { placeAt, signInPath } from '../../../portal/src/app/place.ts';

const id = `r_${'A2'.repeat(13)}`;

test.each([
  ['/', { page: 'home' }],
  ['/decide', { page: 'decide' }],
  ['/history', { page: 'history' }],
  ['/audit', { page: 'audit' }],
  ['/audit/search', { page: 'search' }],
  ['/account', { page: 'account' }],
  ['/ask/prod-admin', { page: 'ask', entitlementId: 'prod-admin' }],
  [`/requests/${id}`, { page: 'request', requestId: id }],
  [`/audit/requests/${id}`, { page: 'dossier', requestId: id }],
  ['/audit/requests/r_short', { page: 'nowhere' }],
  ['/requests/r_short', { page: 'nowhere' }],
  [`/requests/${id}/`, { page: 'nowhere' }],
  ['/ask/../v1/me', { page: 'nowhere' }],
  ['/toString', { page: 'nowhere' }],
  ['/__proto__', { page: 'nowhere' }],
  ['/login', { page: 'nowhere' }],
])('%s', (path, place) => {
  expect(placeAt(path)).toEqual(place);
});

test.each(['/', `/requests/${id}`, '/audit?status=approved&cursor=a%2Bb', '/ask/prod-admin'])(
  'the sign-in comes back to %s, as the broker takes it',
  (here) => {
    const url = new URL(signInPath(here), 'http://127.0.0.1');
    expect(url.pathname).toBe('/login');
    expect(returnPath(url.searchParams.get('returnTo') ?? undefined)).toBe(here);
  },
);

test('a stronger sign-in keeps what is to be stronger', () => {
  expect(signInPath('/decide', '/login?stepUp=mfa')).toBe('/login?stepUp=mfa&returnTo=%2Fdecide');
});
