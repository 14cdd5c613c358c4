import { createHash, randomBytes } from 'node:crypto';
import { headerOf } from '../support/browser.ts';
import { httpEvent } from '../support/events.ts';
import type { OAuthReply, TokenFunction } from '../support/token-function.ts';

export const REDIRECT = 'http://127.0.0.1:51234/Zk3x9_random';
export const STATE = 'a-state-of-the-command-line';
const VERIFIER = randomBytes(32).toString('base64url');

/** What the command line asks of `/oauth/authorize`. */
export const authorization = (more: Record<string, string> = {}): Record<string, string> => ({
  response_type: 'code',
  client_id: 'hatcheck-cli',
  redirect_uri: REDIRECT,
  state: STATE,
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
  ...more,
});

/** What it asks of `/oauth/token` with the code that it got. */
export const redemption = (code: string, more: Record<string, string> = {}): Record<string, string> => ({
  ...{ grant_type: 'authorization_code', client_id: 'hatcheck-cli', code },
  ...{ redirect_uri: REDIRECT, code_verifier: VERIFIER, ...more },
});

export const refreshing = (refreshToken = ''): Record<string, string> => ({
  ...{ grant_type: 'refresh_token', client_id: 'hatcheck-cli', refresh_token: refreshToken },
});

/** Lets the command line sign in as whoever is in the browser with these cookies. */
export const loginIn = async (at: TokenFunction, cookies: string[]): Promise<OAuthReply> => {
  const path = `/oauth/authorize?${new URLSearchParams(authorization()).toString()}`;
  const { body: page = '' } = await at.token(httpEvent({ path, cookies }));
  const csrf = /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const answer = await at.token(
    httpEvent({
      ...{ method: 'POST', path: '/oauth/authorize', cookies },
      headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin' },
      form: { ...authorization(), csrf, decision: 'allow' },
    }),
  );
  return at.post(redemption(new URL(headerOf(answer, 'location')).searchParams.get('code') ?? ''));
};
