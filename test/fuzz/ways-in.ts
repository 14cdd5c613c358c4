import fc from 'fast-check';
import type { RouteKey } from '../../lib/http/api.ts';
import {
  SIGNING_SECRET,
  commandBody,
  homeOpened,
  interactionBody,
  pressPayload,
  slackHeaders,
  submissionPayload,
} from '../support/slack.ts';
import { askActivity, botFramework, messageActivity, pressActivity } from '../support/teams.ts';
import type { Known } from './calls.ts';

/** A call that would bring somebody in, or further in, or that changes something that is there. */
export interface WayIn {
  readonly id?: string;
  readonly query?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly json?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
}

/** The honest calls of a route, where nothing made up would ever hit one. */
export const waysIn = (key: RouteKey, known: Known): readonly WayIn[] => {
  switch (key) {
    case 'GET /oidc/callback':
      return known.callbacks;
    case 'GET /saml/finish':
      return known.tickets;
    case 'POST /saml/acs':
      return known.samlResponses.map((SAMLResponse) => ({ form: { SAMLResponse } }));
    case 'POST /oauth/token':
    case 'POST /oidc/backchannel-logout':
      return known.exchanges.map((form) => ({ form }));
    case 'POST /oauth/revoke':
      return [...known.bearers, 'made-up'].map((token) => ({ form: { client_id: 'hatcheck-cli', token } }));
    case 'GET /oauth/authorize': {
      const query = new URLSearchParams(AUTHORIZATION).toString();
      return [{ query }, { query, cookies: cookiesOf(known) }, { query: `${query}&prompt=login` }];
    }
    case 'POST /oauth/authorize':
      return ['allow', 'deny'].map((decision) => ({
        form: { ...AUTHORIZATION, csrf: known.cookie.csrf, decision },
        headers: { origin: known.origin, 'sec-fetch-site': 'same-origin' },
        cookies: cookiesOf(known),
      }));
    case 'POST /oauth/device_authorization':
      return [{ form: { client_id: 'hatcheck-cli' } }];
    case 'GET /device':
      return [{}, { query: 'user_code=BCDF-GHJK' }, { query: 'user_code=BCDF-GHJK', cookies: cookiesOf(known) }];
    case 'POST /device':
      return [{}, { decision: 'allow' }, { decision: 'deny' }].map((more) => ({
        form: { user_code: 'BCDF-GHJK', csrf: known.cookie.csrf, ...more },
        headers: { origin: known.origin, 'sec-fetch-site': 'same-origin' },
        cookies: cookiesOf(known),
      }));
    case 'POST /chat/link':
      return [{ code: 'BCDF-GHJK' }, { code: 'BCDF-GHJK', decision: 'link' }, { remove: 'slack T0OURS U0ALICE' }].map(
        (form) => ({
          form: { csrf: known.cookie.csrf, ...form },
          headers: { origin: known.origin, 'sec-fetch-site': 'same-origin' },
          cookies: cookiesOf(known),
        }),
      );
    case 'POST /chatops/slack/commands':
      return ['', 'mine', 'link'].map((text) => signed(commandBody({ text })));
    case 'POST /chatops/slack/interactions':
      return [pressPayload(), submissionPayload()].map((payload) => signed(interactionBody(payload)));
    case 'POST /chatops/slack/events':
      return [
        homeOpened(),
        homeOpened({ event: { type: 'app_mention' } }),
        { type: 'url_verification', challenge: 'A' },
      ].map((json) => ({
        json,
        headers: slackHeaders(JSON.stringify(json), new Date().toISOString(), SIGNING_SECRET),
      }));
    case 'POST /chatops/teams/messages':
      return [messageActivity(), pressActivity(), askActivity()].map((json) => ({
        json,
        headers: { authorization: `Bearer ${BOT_FRAMEWORK.token()}` },
      }));
    default:
      return known.honest;
  }
};

/** Signs for Teams while this runs. */
export const BOT_FRAMEWORK = botFramework(new Date().toISOString());

/** As Slack would have sent it just now. */
const signed = (body: string): WayIn => ({
  form: Object.fromEntries(new URLSearchParams(body)),
  headers: slackHeaders(body, new Date().toISOString(), SIGNING_SECRET),
});

/** What the command line asks for (RFC 6749, 4.1.1, and RFC 7636, 4.3). */
const AUTHORIZATION = {
  response_type: 'code',
  client_id: 'hatcheck-cli',
  redirect_uri: 'http://127.0.0.1:8123/callback',
  state: 'a-state-of-the-command-line',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
};

const cookiesOf = ({ cookie }: Known): readonly string[] => [`__Host-hatcheck=${cookie.token}`];

/** One of them, whole or with one character changed. */
export const onTheWayIn = (key: RouteKey, ways: readonly WayIn[]): fc.Arbitrary<object> =>
  fc.tuple(fc.constantFrom(...ways), fc.double({ min: 0, max: 4, noNaN: true })).map(([way, place]) => {
    const [method = '', pattern = ''] = key.split(' ');
    const { id, query = '', headers = {}, cookies = [] } = way;
    const { type, text } = bodyOf(way);
    return {
      ...{ version: '2.0', routeKey: key, rawPath: pattern.replace('{id}', id ?? ''), isBase64Encoded: false },
      ...(id === undefined ? {} : { pathParameters: { id } }),
      cookies: [...cookies],
      rawQueryString: changed(query, place),
      headers: { ...(type === undefined ? {} : { 'content-type': type }), ...headers },
      requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method } },
      ...(text === undefined ? {} : { body: changed(text, place) }),
    };
  });

const bodyOf = ({ form, json }: WayIn): { readonly type?: string; readonly text?: string } => {
  if (form) return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
  return json ? { type: 'application/json', text: JSON.stringify(json) } : {};
};

/** With another character at that part of its length; beyond 1 it stays as it is. */
const changed = (text: string, place: number): string => {
  const index = Math.floor(text.length * place);
  return index < text.length ? `${text.slice(0, index)}A${text.slice(index + 1)}` : text;
};
