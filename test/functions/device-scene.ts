import { afterEach, beforeEach } from '@jest/globals';
import { DEVICE_GRANT } from '../../lib/identity/oauth/redeem-device.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import {
  type OAuthReply,
  type TestBrowser,
  type TokenFunction,
  startTokenFunction,
} from '../support/token-function.ts';
import { refreshing } from './command-line.ts';

export const DEVICE_IP = '203.0.113.9';

/** Before each test the function anew, and somebody in their browser. */
export let at: TokenFunction;
export let erin: TestBrowser;

beforeEach(async () => {
  at = await startTokenFunction();
  erin = await at.browse('engineer');
});
afterEach(() => at.close());

interface Begun {
  readonly deviceCode: string;
  readonly userCode: string;
}

export const begin = async (form: Record<string, string> = { client_id: 'hatcheck-cli' }): Promise<Begun> => {
  const { json } = await at.post(form, '/oauth/device_authorization', DEVICE_IP);
  return { deviceCode: json['device_code'] ?? '', userCode: json['user_code'] ?? '' };
};

export const poll = ({ deviceCode }: Begun, more: Record<string, string> = {}): Promise<OAuthReply> =>
  at.post({ grant_type: DEVICE_GRANT, client_id: 'hatcheck-cli', device_code: deviceCode, ...more });

export const type = (userCode: string, more: Record<string, string> = {}, http: HttpCall = {}, browser = erin) =>
  at.token(
    httpEvent({
      ...{ method: 'POST', path: '/device', cookies: browser.cookies },
      headers: { origin: at.config.origin, 'sec-fetch-site': 'same-origin' },
      form: { user_code: userCode, csrf: browser.csrf, ...more },
      ...http,
    }),
  );

export const titleOf = ({ body = '' }: Awaited<ReturnType<typeof type>>): string =>
  /<h1>(.*)<\/h1>/.exec(body)?.[1] ?? '';
export const decide = (userCode: string, decision: string, browser = erin) => type(userCode, { decision }, {}, browser);
export const refresh = (refreshToken?: string) => at.post(refreshing(refreshToken));

export const UNKNOWN = 'Sign in a device';
export const error = (code: string, status = 400) => ({ status, json: { error: code } });
