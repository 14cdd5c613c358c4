import { HatcheckError, badInput } from '../../domain/errors.ts';
import { CLIENT_ID } from '../token-exchange.ts';

/** The parameters of RFC 6749, 4.1.1 and RFC 7636, 4.3; others are ignored (RFC 6749, 3.1). */
export interface AuthorizationForm {
  readonly response_type?: string;
  readonly client_id?: string;
  readonly redirect_uri?: string;
  readonly state?: string;
  readonly code_challenge?: string;
  readonly code_challenge_method?: string;
  readonly scope?: string;
}

/** What the command line asks for, checked. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly codeChallenge: string;
}

/** Refused, and the client may know: the browser goes back to it with the code (RFC 6749, 4.1.2.1). */
export class AuthorizationRefused extends Error {
  readonly code: string;
  readonly redirectUri: string;
  readonly state: string | undefined;

  constructor(code: string, { redirectUri, state }: { redirectUri: string; state: string | undefined }) {
    super(code);
    this.name = 'AuthorizationRefused';
    this.code = code;
    this.redirectUri = redirectUri;
    this.state = state;
  }
}

/**
 * A loopback address by its IP literal, a port and a path (RFC 8252, 7.3 and 8.3): the name `localhost` may lead elsewhere. The path has
 * characters that mean the same wherever they are read.
 */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):([1-9]\d{0,4})\/[A-Za-z0-9_-]{1,128}$/;

const STATE = /^[\x21-\x7e]{16,512}$/;

/** base64url of 32 bytes (RFC 7636, 4.2). */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/**
 * @throws HatcheckError `invalid_input` for another client and for an address that the browser must not be sent to; AuthorizationRefused
 *   for everything else
 */
export const authorizationRequest = (form: AuthorizationForm): AuthorizationRequest => {
  if (form.client_id !== CLIENT_ID) throw invalid('client_id', `must be ${CLIENT_ID}`);
  const { redirect_uri: redirectUri = '', state, code_challenge: codeChallenge = '' } = form;
  const port = LOOPBACK.exec(redirectUri)?.[1];
  if (port === undefined || Number(port) > 65_535)
    throw invalid('redirect_uri', 'must be http://127.0.0.1:<port>/<path>, or [::1]');
  const refused = (code: string) => new AuthorizationRefused(code, { redirectUri, state });
  if (state === undefined || !STATE.test(state))
    throw new AuthorizationRefused('invalid_request', { redirectUri, state: undefined });
  if (form.response_type !== 'code') throw refused('unsupported_response_type');
  // Absent means `plain` (RFC 7636, 4.3), which is not taken (RFC 9700, 2.1.1).
  if (form.code_challenge_method !== 'S256' || !CHALLENGE.test(codeChallenge)) throw refused('invalid_request');
  if (form.scope !== undefined) throw refused('invalid_scope');
  return { redirectUri, state, codeChallenge };
};

const invalid = (name: string, detail: string): HatcheckError =>
  new HatcheckError(badInput(`?${name}`, 'not_allowed', detail));

const NAMES: ReadonlySet<string> = new Set([
  ...['response_type', 'client_id', 'redirect_uri', 'state', 'code_challenge', 'code_challenge_method'],
]);

/** The parameters that make the request, as they came, for the page's form and for the way through sign-in. */
export const authorizationFields = (form: AuthorizationForm): Record<string, string> =>
  Object.fromEntries(Object.entries(form).filter(([name, value]) => NAMES.has(name) && typeof value === 'string'));

/** Where the browser goes with the answer; `iss` says whose it is (RFC 9207, 2). */
export const answerLocation = (
  redirectUri: string,
  issuer: string,
  answer: Readonly<Record<string, string | undefined>>,
): string => {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) if (value !== undefined) url.searchParams.set(name, value);
  url.searchParams.set('iss', issuer);
  return url.href;
};
