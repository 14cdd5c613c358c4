import { afterEach, beforeEach } from '@jest/globals';
import type { IdentityProvider } from '../../lib/identity/ports.ts';
import { principal } from '../support/builders.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { type TestBrowser, type TokenFunction, startTokenFunction } from '../support/token-function.ts';
import { authorization, redemption, refreshing } from './command-line.ts';

export const engineer = principal('engineer', ['sre'], { issuer: 'http://127.0.0.1:3001' });

export let at: TokenFunction;
let browser: TestBrowser;

beforeEach(async () => {
  at = await startTokenFunction();
  browser = await at.browseAs(engineer);
});
afterEach(() => at.close());

/** Begins again, with other identity providers. */
export const restartWith = async (identityProviders: readonly IdentityProvider[]): Promise<void> => {
  await at.close();
  at = await startTokenFunction({ identityProviders });
  browser = await at.browseAs(engineer);
};

export const cookies = () => browser.cookies;

export const ask = (more: Record<string, string> = {}, http: HttpCall = {}) =>
  at.token(
    httpEvent({
      path: `/oauth/authorize?${new URLSearchParams(authorization(more)).toString()}`,
      cookies: cookies(),
      ...http,
    }),
  );

export const answer = (more: Record<string, string> = {}, http: HttpCall = {}) =>
  at.token(
    httpEvent({
      ...{ method: 'POST', path: '/oauth/authorize', cookies: cookies() },
      headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin' },
      form: { ...authorization(), decision: 'allow', csrf: browser.csrf, ...more },
      ...http,
    }),
  );

export const locationOf = ({ headers }: Awaited<ReturnType<typeof ask>>): URL =>
  new URL(String(headers?.['location']), at.config.origin);

export const consent = async (): Promise<string> => {
  const location = locationOf(await answer());
  return location.searchParams.get('code') ?? '';
};

export const redeem = (code: string, more: Record<string, string> = {}) => at.post(redemption(code, more));

export const refresh = (refreshToken?: string) => at.post(refreshing(refreshToken));

export const refusedFor = (error: string) => ({ status: 400, json: { error } });
