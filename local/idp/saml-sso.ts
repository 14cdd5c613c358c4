import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Account } from './accounts.ts';
import { type AuthnRequest, type KnownServiceProvider, readAuthnRequest } from './authn-request.ts';
import { sendChooser } from './chooser.ts';
import { escapeHtml, hiddenFields, sendPage } from './page.ts';
import { isSignedQuery } from './request-signature.ts';
import { type SamlKey, samlAssertion, samlRefusal, samlResponse } from './saml-response.ts';
import type { SamlSession, SamlSessions } from './saml-sessions.ts';

/** A request whose person is still choosing, and what goes back with the response as it came. */
interface Pending {
  readonly request: AuthnRequest;
  readonly relayState: string | undefined;
}

export interface SsoParts {
  readonly issuer: string;
  readonly serviceProvider: KnownServiceProvider;
  readonly key: SamlKey;
  /** People only. */
  readonly accounts: readonly Account[];
  readonly clock: () => Date;
  readonly sessions: SamlSessions;
  readonly pending: Map<string, Pending>;
}

const MFA = 'https://refeds.org/profile/mfa';
const PASSWORD = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport';
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

/** SAML 2.0 bindings, 3.4.3: at most 80 bytes. */
const MAX_RELAY_STATE = 80;

/**
 * `GET /sso`: signs in by itself when the request says for whom, else lets the person choose; `POST /sso` is the choice. A session here is
 * used again only for that very person, signed in as strongly as asked, and not with ForceAuthn.
 */
export const serveSso = async (
  parts: SsoParts,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.method === 'POST') {
    await takeChoice(parts, request, response);
    return;
  }
  const asked = isFromTheService(parts, request)
    ? readAuthnRequest(query.get('SAMLRequest') ?? '', parts.serviceProvider)
    : undefined;
  const relayState = query.get('RelayState') ?? undefined;
  if (!asked || (relayState?.length ?? 0) > MAX_RELAY_STATE) {
    refuse(response, 'That is no sign-in of the one service that is known here.');
    return;
  }
  const pending = { request: asked, relayState };
  const hinted = parts.accounts.find(({ id }) => id === asked.hint);
  if (contextFor(asked) === undefined) answer(parts, pending, response, 'NoAuthnContext');
  else if (hinted) signIn(parts, pending, hinted, request, response);
  else askWho(parts, pending, response);
};

const isFromTheService = ({ serviceProvider }: SsoParts, { url = '' }: IncomingMessage): boolean =>
  serviceProvider.signingCertificate === undefined ||
  isSignedQuery(url.slice(url.indexOf('?') + 1), serviceProvider.signingCertificate);

const refuse = (response: ServerResponse, why: string): void => {
  sendPage(response, { title: 'Refused – local-saml', main: `<h1>Refused</h1><p>${escapeHtml(why)}</p>` }, {}, 400);
};

const askWho = ({ accounts, pending }: SsoParts, asked: Pending, response: ServerResponse): void => {
  const id = randomUUID();
  pending.set(id, asked);
  const mfa = contextFor(asked.request) === MFA;
  sendChooser(response, { providerName: 'local-saml', action: '/sso', hidden: { request: id }, accounts, mfa });
};

const takeChoice = async (parts: SsoParts, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const form = new URLSearchParams(await text(request));
  const id = form.get('request') ?? '';
  const pending = parts.pending.get(id);
  // A page of another site must not choose for this browser.
  if (!pending || (request.headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin') {
    refuse(response, 'This sign-in is over. Start again where you came from.');
    return;
  }
  parts.pending.delete(id);
  const chosen = parts.accounts.find((account) => account.id === form.get('account'));
  if (chosen) signIn(parts, pending, chosen, request, response);
  else answer(parts, pending, response, 'AuthnFailed');
};

const signIn = (
  parts: SsoParts,
  pending: Pending,
  account: Account,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const mfa = contextFor(pending.request) === MFA;
  const former = parts.sessions.of(request);
  const isGood = former?.account.id === account.id && former.mfa === mfa && !pending.request.forceAuthn;
  const session = isGood ? former : { account, mfa, at: parts.clock() };
  answer(parts, pending, response, session, isGood ? {} : { 'set-cookie': parts.sessions.open(session) });
};

/** What proves the sign-in as asked; undefined when nothing here can. */
const contextFor = ({ contexts }: AuthnRequest): string | undefined =>
  contexts.length === 0 ? PASSWORD : [MFA, PASSWORD].find((context) => contexts.includes(context));

const answer = (
  parts: SsoParts,
  { request, relayState }: Pending,
  response: ServerResponse,
  outcome: SamlSession | 'AuthnFailed' | 'NoAuthnContext',
  headers: Readonly<Record<string, string>> = {},
): void => {
  const { issuer, serviceProvider, key, clock } = parts;
  const about = { issuer, recipient: serviceProvider.acsUrl, inResponseTo: request.id, now: clock() };
  const saml =
    typeof outcome === 'string'
      ? samlRefusal({ ...about, status: outcome }, key)
      : samlResponse({ ...about, ...forService(serviceProvider), ...statementOf(outcome) }, key);
  const fields = { SAMLResponse: saml, ...(relayState !== undefined && { RelayState: relayState }) };
  sendPage(
    response,
    {
      title: 'Signing in – local-saml',
      main: `<form method="post" action="${escapeHtml(serviceProvider.acsUrl)}">
${hiddenFields(fields)}
<noscript><button>Continue</button></noscript>
</form>`,
      script: 'document.forms[0].submit()',
    },
    headers,
  );
};

/**
 * `GET /assertion?account=<id>`: an assertion for the token endpoint as plain text, for scripts. Only under the provider's own host name, so
 * that a page whose name was rebound to 127.0.0.1 cannot read one; and no answer here allows other origins.
 */
export const sendAssertion = (
  { accounts, issuer, serviceProvider, key, clock }: SsoParts,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): void => {
  const account = accounts.find((candidate) => candidate.id === id);
  const isSameHost = request.headers.host === new URL(issuer).host;
  const status = isSameHost ? 200 : 403;
  response.writeHead(account ? status : 404, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  if (!account || !isSameHost) {
    response.end();
    return;
  }
  const about = { issuer, recipient: serviceProvider.tokenUrl, now: clock(), ...forService(serviceProvider) };
  response.end(samlAssertion({ ...about, ...statementOf({ account, mfa: false, at: clock() }) }, key));
};

const forService = ({ entityId, encryptionCertificate }: KnownServiceProvider) => ({
  audience: entityId,
  ...(encryptionCertificate !== undefined && { encryptFor: encryptionCertificate }),
});

const statementOf = ({ account, mfa, at }: SamlSession) => ({
  nameId: account.subject,
  nameIdFormat: PERSISTENT,
  attributes: {
    groups: textsOf(account.claims['groups']),
    email: textsOf(account.claims['email']),
    name: textsOf(account.claims['name']),
  },
  authnInstant: at,
  authnContext: mfa ? MFA : PASSWORD,
});

const textsOf = (claim: Account['claims'][string] | undefined): readonly string[] =>
  [claim].flat().filter((value) => typeof value === 'string');
